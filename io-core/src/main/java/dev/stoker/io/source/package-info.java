/**
 * Where bytes come from. {@link dev.stoker.io.source.AssetSource} says what any origin can be
 * asked; the packages below answer for one kind each. A source knows protocols and credentials; it
 * knows nothing of caches, priorities or retries.
 */
@NullMarked
package dev.stoker.io.source;

import org.jspecify.annotations.NullMarked;
