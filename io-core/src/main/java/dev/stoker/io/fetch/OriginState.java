package dev.stoker.io.fetch;

import org.jspecify.annotations.Nullable;

/**
 * How one origin is doing, for status pages and messages.
 *
 * @param origin as {@link dev.stoker.io.asset.AssetUri#origin()}
 * @param reachable false while only single probes are sent because nothing is answered
 * @param concurrency how many requests may be in flight
 * @param inFlight how many are
 * @param queuedBytes waiting to be asked for
 * @param answeredBytes received since the start
 * @param hedgedBytes asked for twice since the start
 * @param lastFailure what went wrong last, or null
 */
public record OriginState(
    String origin,
    boolean reachable,
    int concurrency,
    int inFlight,
    long queuedBytes,
    long answeredBytes,
    long hedgedBytes,
    @Nullable String lastFailure) {}
