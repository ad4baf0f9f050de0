package dev.stoker.agent.config;

import dev.stoker.agent.config.StokerFile.LocationEntry;
import dev.stoker.controller.protocol.Jobs;
import dev.stoker.controller.protocol.Jobs.Location;
import dev.stoker.io.asset.AssetUri;
import dev.stoker.io.asset.BlobUri;
import dev.stoker.io.asset.FileUri;
import dev.stoker.io.asset.HttpUri;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.asset.NfsUri;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The locations that a job is submitted with: those of the file, overridden by {@code --location}
 * and {@code --output}.
 */
public final class Locations {
  /** One path segment that no shell and no file system minds. */
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

  private static final Pattern OPTION = Pattern.compile("(?<name>[^=]+)=(?<rest>.+)");

  /**
   * A comma begins a path only before an absolute one, for authorities may be lists: avere://a,b/.
   */
  private static final Pattern BEFORE_PATH = Pattern.compile(",(?=/|[A-Za-z]:[\\\\/]|\\\\\\\\)");

  private Locations() {}

  /**
   * Weighs file and options.
   *
   * @param file what {@code stoker.yaml} says
   * @param readOptions values of {@code --location}: {@code NAME=URI[,PATH…]}
   * @param outputOptions values of {@code --output}: the same, and outputs may go there
   * @throws ConfigFailure when one is wrong, in one sentence that names it
   */
  public static List<Location> of(
      List<LocationEntry> file, List<String> readOptions, List<String> outputOptions) {
    Map<String, Location> byName = new LinkedHashMap<>();
    for (LocationEntry entry : file) {
      Location location = fromFile(entry);
      if (byName.put(location.name(), location) != null) {
        throw new ConfigFailure(
            "The configuration has two locations named '%s'.".formatted(location.name()));
      }
    }
    readOptions.forEach(option -> override(byName, "--location", option, false));
    outputOptions.forEach(option -> override(byName, "--output", option, true));
    return List.copyOf(byName.values());
  }

  private static Location fromFile(LocationEntry entry) {
    if (entry.name() == null || entry.uri() == null) {
      throw new ConfigFailure("Each location in the configuration needs a name and a uri.");
    }
    @Nullable String access = entry.access();
    if (access != null && !access.equals("read") && !access.equals("write")) {
      throw new ConfigFailure(
          "Location '%s' has access '%s'; allowed are read and write."
              .formatted(entry.name(), access));
    }
    return location(entry.name(), entry.uri(), entry.paths(), "write".equals(access));
  }

  private static void override(
      Map<String, Location> byName, String option, String text, boolean writable) {
    Matcher matcher = OPTION.matcher(text);
    if (!matcher.matches()) {
      throw new ConfigFailure(
          "'%s %s' is no location; write it as %s NAME=URI,PATH, such as %s show=blob://studio/show/,/mnt/show."
              .formatted(option, text, option, option));
    }
    String name = matcher.group("name");
    String[] parts = BEFORE_PATH.split(matcher.group("rest"));
    List<String> paths = List.of(parts).subList(1, parts.length);
    @Nullable Location known = byName.get(name);
    if (known != null) {
      paths = paths.isEmpty() ? known.paths() : paths;
      writable |= known.writable();
    }
    byName.put(name, location(name, parts[0], paths, writable));
  }

  private static Location location(
      String name, String text, List<String> givenPaths, boolean writable) {
    if (!NAME.matcher(name).matches()) {
      throw new ConfigFailure(
          "A location cannot be named '%s'; use up to 64 letters, digits, '.', '_' and '-'."
              .formatted(name));
    }
    AssetUri uri;
    try {
      uri = AssetUri.parse(text);
    } catch (IoFailure.Invalid e) {
      throw new ConfigFailure("Location '%s': %s".formatted(name, e.getMessage()));
    }
    if (holdsSecret(uri)) {
      // The definition of a job is stored and shown; nodes bring their own credentials.
      throw new ConfigFailure(
          "Location '%s' has a signature in its URI, which everybody could read; put it under 'origins' in stoker.yaml."
              .formatted(name));
    }
    List<String> paths = new ArrayList<>(givenPaths);
    if (paths.isEmpty() && uri instanceof FileUri file) {
      paths.add(file.toLocalPath().toString());
    }
    // What is uploaded keeps the path that it had, wherever that was.
    if (paths.isEmpty() && !name.equals(Jobs.UPLOADS)) {
      throw new ConfigFailure(
          "Location '%s' has no path that jobs could name its files by; add one, such as %s=%s,/mnt/%s."
              .formatted(name, name, text, name));
    }
    return new Location(name, uri.toString(), paths, writable);
  }

  private static boolean holdsSecret(AssetUri uri) {
    return switch (uri) {
      case BlobUri blob -> blob.sas() != null;
      case HttpUri http -> http.query() != null;
      case NfsUri nfs -> false;
      case FileUri file -> false;
    };
  }
}
