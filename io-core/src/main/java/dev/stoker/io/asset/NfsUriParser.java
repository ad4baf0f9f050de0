package dev.stoker.io.asset;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads {@code nfs://} and {@code avere://} (docs/uris.md). */
final class NfsUriParser {
  /** A host, list or range, and a port behind it; an IPv6 address stands in brackets. */
  private static final Pattern AUTHORITY =
      Pattern.compile("(?<hosts>\\[[0-9a-fA-F:.]+]|[A-Za-z0-9._,-]+)(?::(?<port>[0-9]{1,5}))?");

  private static final int MAX_CONNECTIONS = 64;

  private static final String ALLOWED =
      "allowed are nfsport, mountport, uid, gid, groups, connections, export and version=3";

  private NfsUriParser() {}

  /**
   * @param shown the URI without its query
   * @param path percent-encoded
   * @param query null for none
   */
  static NfsUri parse(
      String shown, String scheme, String authority, String path, @Nullable String query) {
    Matcher matcher = AUTHORITY.matcher(authority);
    if (!matcher.matches()) {
      throw new IoFailure.Invalid(
          "'" + shown + "' names no host; allowed is HOST or HOST:PORT after '//'.");
    }
    String hosts = matcher.group("hosts").toLowerCase(Locale.ROOT);
    if (scheme.equals("nfs") && hosts.indexOf(',') >= 0) {
      throw new IoFailure.Invalid(
          "'" + shown + "' names several hosts; a cluster is avere://" + hosts + "/….");
    }
    String port = matcher.group("port");
    NfsUri.Options options =
        options(shown, query, port == null ? 0 : number(shown, "port", port, 65_535));
    AssetPath assetPath = AssetPath.of(Percent.decode(path));
    String export = options.export();
    boolean exportAlone =
        export == null
            ? assetPath.parent().isRoot()
            : assetPath.equals(AssetPath.of(export)) || assetPath.isRoot();
    if (export != null && !assetPath.startsWith(AssetPath.of(export))) {
      throw new IoFailure.Invalid(
          "'" + shown + "' does not lie in its export '" + export + "'; the path begins with it.");
    }
    return new NfsUri(scheme, hosts, assetPath, path.endsWith("/") || exportAlone, options);
  }

  private static NfsUri.Options options(String shown, @Nullable String query, int portGiven) {
    int nfsPort = portGiven;
    int mountPort = 0;
    int uid = -1;
    int gid = -1;
    int connections = 0;
    List<Integer> groups = new ArrayList<>();
    String export = null;
    for (String pair : query == null ? new String[0] : query.split("&")) {
      int equals = pair.indexOf('=');
      String name = equals < 0 ? pair : pair.substring(0, equals);
      String value = equals < 0 ? "" : pair.substring(equals + 1);
      switch (name) {
        case "" -> {}
        case "nfsport" -> nfsPort = number(shown, name, value, 65_535);
        case "mountport" -> mountPort = number(shown, name, value, 65_535);
        case "uid" -> uid = number(shown, name, value, 0xffff_ffffL);
        case "gid" -> gid = number(shown, name, value, 0xffff_ffffL);
        case "connections" -> connections = number(shown, name, value, MAX_CONNECTIONS);
        case "groups" -> {
          for (String group : value.split(",", -1)) {
            groups.add(number(shown, name, group, 0xffff_ffffL));
          }
        }
        case "export" -> export = "/" + AssetPath.of(Percent.decode(value));
        case "version" -> {
          if (!value.equals("3")) {
            throw new IoFailure.Invalid(
                "'"
                    + shown
                    + "' asks for NFS version '"
                    + value
                    + "'; only version 3 is spoken."
                    + " Mount it with the kernel and name the path for others.");
          }
        }
        default ->
            throw new IoFailure.Invalid(
                "'" + shown + "' has the option '" + name + "'; " + ALLOWED + ".");
      }
    }
    return new NfsUri.Options(nfsPort, mountPort, uid, gid, groups, connections, export);
  }

  /** As an int whose bits are those of the number. */
  private static int number(String shown, String name, String text, long most) {
    if (text.matches("[0-9]{1,10}") && Long.parseLong(text) <= most) {
      return (int) Long.parseLong(text);
    }
    throw new IoFailure.Invalid(
        "'" + shown + "' has " + name + "=" + text + "; allowed are 0 to " + most + ".");
  }
}
