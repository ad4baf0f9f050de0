package dev.stoker.io.daemon;

import dev.stoker.io.mount.RootUse;
import org.jspecify.annotations.Nullable;

/**
 * What a session did with its folder in the mount.
 *
 * @param use since its task began
 * @param trace of the session from its beginning, packed; null where it is too long
 * @param whole whether the trace holds all of the session
 * @param passedFiles how many of its files the kernel read past us: the fewer, the more it tells
 */
public record RootReport(RootUse use, @Nullable String trace, boolean whole, int passedFiles) {}
