/**
 * Trees from origins to local folders and back: what {@code stoker fetch} and {@code stoker push}
 * do. Only what differs is moved; a file is seen under its name only when it is complete.
 */
@NullMarked
package dev.stoker.io.sync;

import org.jspecify.annotations.NullMarked;
