// What is changed in a manifest before the media engine reads it. Pure.

/** The part of the engine's XML node that is looked at here. */
export interface ManifestNode {
  tagName: string;
  children: (ManifestNode | string)[];
}

/**
 * Takes content steering out of a DASH manifest. The session's appliances and the failover policy already decide where
 * each segment comes from; and when a steering answer arrives while the engine reads a segment index, the engine takes
 * the index for a file of its own and then asks for the wrong bytes.
 */
export function withoutSteering(manifest: ManifestNode): void {
  manifest.children = manifest.children.filter((child) => typeof child === 'string' || child.tagName !== 'ContentSteering');
}
