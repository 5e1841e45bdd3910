import { arrange, type LayoutInput } from './arrange.ts';

addEventListener('message', ({ data }: MessageEvent<LayoutInput>) => postMessage(arrange(data)));
