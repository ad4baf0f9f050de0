package dev.stoker.agent.config;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What the command line said, null where it said nothing.
 *
 * @param config {@code --config}
 * @param data {@code --data}
 * @param controller {@code --controller}
 * @param tokenFile {@code --token-file}
 * @param listen {@code --listen}
 * @param memory {@code --memory}
 * @param imds {@code --imds}
 */
public record Flags(
    @Nullable Path config,
    @Nullable Path data,
    @Nullable String controller,
    @Nullable Path tokenFile,
    @Nullable String listen,
    @Nullable String memory,
    @Nullable String imds) {
  public static final Flags NONE = new Flags(null, null, null, null, null, null, null);
}
