// Full screen for the player as a whole, so that the controls go with the picture.

export function inFullScreen(): boolean {
  return document.fullscreenElement !== null;
}

/** Enters or leaves full screen. A browser may refuse; the player then stays as it is. */
export async function toggleFullScreen(element: HTMLElement): Promise<void> {
  try {
    if (inFullScreen()) await document.exitFullscreen();
    else await element.requestFullscreen();
  } catch {
    // Refused, for instance inside a frame: nothing to do and nothing lost.
  }
}
