import { Icon } from './icons.tsx';

export interface MapControlsProps {
  onZoom(factor: number): void;
  onFit(): void;
  onArrange(): void;
}

const ZOOM_STEP = 1.4;

export function MapControls({ onZoom, onFit, onArrange }: MapControlsProps) {
  return (
    <div class="map-controls" role="toolbar" aria-label="Map view">
      <button type="button" aria-label="Zoom in" title="Zoom in" onClick={() => onZoom(ZOOM_STEP)}>
        <Icon name="plus" />
      </button>
      <button type="button" aria-label="Zoom out" title="Zoom out" onClick={() => onZoom(1 / ZOOM_STEP)}>
        <Icon name="minus" />
      </button>
      <button type="button" aria-label="Fit the map to the panel" title="Fit" onClick={onFit}>
        <Icon name="fit" />
      </button>
      <button type="button" aria-label="Arrange the map anew" title="Arrange anew" onClick={onArrange}>
        <Icon name="arrange" />
      </button>
    </div>
  );
}
