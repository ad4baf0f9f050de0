package dev.stoker.io.pin;

/**
 * The version of a file that is to be read.
 *
 * @param name {@code LOCATION/path}
 * @param version its token, see {@link dev.stoker.io.asset.AssetVersion#token()}
 */
public record Pin(String name, String version) {}
