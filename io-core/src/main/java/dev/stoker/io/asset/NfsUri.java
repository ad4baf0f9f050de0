package dev.stoker.io.asset;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A file or folder on an NFS server, or on a cluster of servers that show the same files.
 *
 * @param scheme {@code nfs}, or {@code avere} for all addresses of a cluster
 * @param authority host as written; for {@code avere} also a list {@code a,b} or a range {@code
 *     10.0.0.10-10.0.0.21}
 * @param path export and path in it
 * @param namesTree whether it ends in {@code /} or names no more than an export
 * @param options how to reach the server, and as whom
 */
public record NfsUri(
    String scheme, String authority, AssetPath path, boolean namesTree, Options options)
    implements AssetUri {

  /** Where every NFS server listens that nobody moved (IANA). */
  public static final int USUAL_PORT = 2049;

  /**
   * The names that libnfs users know, and two more.
   *
   * @param nfsPort 0 to ask the server's portmapper
   * @param mountPort of the MOUNT service; 0 to ask the portmapper
   * @param uid user to call as, -1 for this process's
   * @param gid group to call as, -1 for this process's
   * @param groups further groups, at most 16
   * @param connections to each address, 0 for as many as usual
   * @param export folder that the server exports, null to find out
   */
  public record Options(
      int nfsPort,
      int mountPort,
      int uid,
      int gid,
      List<Integer> groups,
      int connections,
      @Nullable String export) {
    public static final Options NONE = new Options(0, 0, -1, -1, List.of(), 0, null);

    public Options {
      groups = List.copyOf(groups);
    }

    // By hand, as below: a record's own are made at run time, which a short command waits 10 ms
    // for.
    @Override
    public boolean equals(Object other) {
      return other instanceof Options o
          && nfsPort == o.nfsPort
          && mountPort == o.mountPort
          && uid == o.uid
          && gid == o.gid
          && connections == o.connections
          && groups.equals(o.groups)
          && Objects.equals(export, o.export);
    }

    @Override
    public int hashCode() {
      int hash = 31 * (31 * nfsPort + mountPort) + uid;
      return 31 * (31 * (31 * hash + gid) + groups.hashCode()) + Objects.hashCode(export);
    }

    /** As the query of a URI, without {@code nfsport}, which stands in the origin; may be empty. */
    String query() {
      List<String> parts = new ArrayList<>();
      put(parts, "mountport", mountPort, 0);
      put(parts, "uid", uid, -1);
      put(parts, "gid", gid, -1);
      put(parts, "connections", connections, 0);
      if (!groups.isEmpty()) {
        parts.add("groups=" + String.join(",", groups.stream().map(Options::unsigned).toList()));
      }
      if (export != null) {
        parts.add("export=" + Percent.encodePath(export).replace("&", "%26"));
      }
      return parts.isEmpty() ? "" : "?" + String.join("&", parts);
    }

    private static void put(List<String> parts, String name, int value, int usual) {
      if (value != usual) {
        parts.add(name + "=" + unsigned(value));
      }
    }

    private static String unsigned(int value) {
      return Integer.toUnsignedString(value);
    }
  }

  @Override
  public NfsUri resolve(AssetPath child) {
    return child.isRoot()
        ? this
        : new NfsUri(scheme, authority, path.resolve(child), false, options);
  }

  @Override
  public String canonical() {
    return origin() + "/" + Percent.encodePath(path.value());
  }

  @Override
  public String origin() {
    int port = options.nfsPort;
    return scheme + "://" + authority + (port == 0 || port == USUAL_PORT ? "" : ":" + port);
  }

  @Override
  public String toString() {
    return canonical() + (namesTree && !path.isRoot() ? "/" : "") + options.query();
  }
}
