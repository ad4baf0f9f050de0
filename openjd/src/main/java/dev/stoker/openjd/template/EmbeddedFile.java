package dev.stoker.openjd.template;

import dev.stoker.openjd.expr.FormatString;
import org.jspecify.annotations.Nullable;

/**
 * A text file that a session writes before each of the script's actions.
 *
 * @param filename its name on disk; null for one that the session picks
 */
public record EmbeddedFile(
    String name,
    @Nullable String filename,
    boolean runnable,
    FormatString data,
    EndOfLine endOfLine) {}
