/**
 * Small pictures of what renderers wrote: JPEG files of at most 256 × 256 pixels from PNG, JPEG and
 * OpenEXR files of any size. Entered through {@link dev.stoker.agent.preview.Preview}. Invariant:
 * files are hostile; whatever is in one costs bounded memory and time, and ends in a picture or in
 * none.
 */
@NullMarked
package dev.stoker.agent.preview;

import org.jspecify.annotations.NullMarked;
