package dev.stoker.io.source.nfs;

import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.asset.NfsUri;
import dev.stoker.io.net.RpcCall;
import dev.stoker.io.net.RpcCredential;
import dev.stoker.io.net.RpcPeer;
import dev.stoker.io.net.RpcProcedure;
import dev.stoker.io.net.RpcReply;
import dev.stoker.io.net.RpcTransport;
import dev.stoker.io.net.XdrReader;
import dev.stoker.io.net.XdrWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * What comes before NFS: finding ports (RFC 1833), exports, and the handle of an export's top
 * folder (RFC 1813, appendix I). Blocks; for virtual threads.
 */
final class Mounting {
  /** A path that deep below no listed export is a mistake. */
  private static final int MOST_GUESSES = 16;

  private static final int MAX_PATH_BYTES = 1024;
  private static final int MAX_EXPORTS = 4_096;
  private static final int EXPORTS_BYTES = 1 << 20;
  private static final int AUTH_SYS = 1;
  private static final int MNT_ACCES = 13;

  /** These services answer at once or not at all. */
  private static final Duration QUIET_LIMIT = Duration.ofSeconds(3);

  private final RpcTransport transport;
  private final RpcCredential credential;
  private final NfsUri.Options options;

  Mounting(RpcTransport transport, RpcCredential credential, NfsUri.Options options) {
    this.transport = transport;
    this.credential = credential;
    this.options = options;
  }

  /** Where NFS listens at {@code host}: as told, else as its portmapper says, else as usual. */
  InetSocketAddress nfsService(InetAddress host, Deadline deadline) {
    if (options.nfsPort() != 0) {
      return new InetSocketAddress(host, options.nfsPort());
    }
    try {
      int port = mapped(host, Nfs3.NULL, deadline);
      return new InetSocketAddress(host, port == 0 ? NfsUri.USUAL_PORT : port);
    } catch (AddressLost noPortmapper) {
      return new InetSocketAddress(host, NfsUri.USUAL_PORT);
    }
  }

  /** The folders that {@code host} exports; empty when it does not tell. */
  List<String> exports(InetAddress host, Deadline deadline) {
    try (Service mount = mountService(host, deadline)) {
      XdrReader in =
          mount.call(Nfs3.EXPORT, new XdrWriter(), "list the exports of " + host.getHostAddress());
      return exports(in);
    } catch (IoFailure.Invalid | XdrReader.BadXdrException silent) {
      return List.of();
    }
  }

  /** Takes the list of exports apart. */
  static List<String> exports(XdrReader in) {
    List<String> found = new ArrayList<>();
    while (in.getBoolean() && found.size() < MAX_EXPORTS) {
      found.add(in.getString(MAX_PATH_BYTES));
      while (in.getBoolean()) {
        in.getOpaque(MAX_PATH_BYTES);
      }
    }
    return found;
  }

  /** The export that holds {@code path}: the longest listed one, else the first that can be had. */
  AssetPath exportOf(AssetPath path, InetAddress host, Deadline deadline) {
    if (options.export() != null) {
      return AssetPath.of(options.export());
    }
    AssetPath best = null;
    for (String listed : exports(host, deadline)) {
      AssetPath export = asPath(listed);
      if (export != null
          && path.startsWith(export)
          && (best == null || export.value().length() > best.value().length())) {
        best = export;
      }
    }
    if (best != null) {
      return best;
    }
    String[] segments = path.isRoot() ? new String[0] : path.value().split("/", -1);
    AssetPath guess = AssetPath.ROOT;
    IoFailure.Denied refused = null;
    for (int i = 0; i <= Math.min(segments.length, MOST_GUESSES); i++) {
      try {
        if (mount(guess, host, deadline) != null) {
          return guess;
        }
      } catch (IoFailure.Denied e) {
        refused = i == 0 ? refused : e; // servers with a pseudo root refuse that one to everybody
      }
      guess = i < segments.length ? guess.resolve(new AssetPath(segments[i])) : guess;
    }
    if (refused != null) {
      throw refused;
    }
    throw new IoFailure.NotFound(
        "Cannot find an export of "
            + host.getHostAddress()
            + " that holds /"
            + path
            + "; name it with ?export=/PATH, or export it to this machine.");
  }

  private static @Nullable AssetPath asPath(String listed) {
    try {
      return AssetPath.of(listed);
    } catch (IllegalArgumentException strange) {
      return null;
    }
  }

  /**
   * The handle of an export's top folder, or null when there is no such export.
   *
   * @throws IoFailure.Denied when this machine may not have it
   * @throws AddressLost when the service does not answer
   */
  @Nullable NfsHandle mount(AssetPath export, InetAddress host, Deadline deadline) {
    String doing = "mount /" + export + " of " + host.getHostAddress();
    try (Service mount = mountService(host, deadline)) {
      XdrReader in = mount.call(Nfs3.MNT, new XdrWriter().putString("/" + export), doing);
      int status = in.getInt();
      if (status == MNT_ACCES || status == 1) {
        throw new IoFailure.Denied(
            "Cannot "
                + doing
                + ": the server refuses it to this machine; check the export's name (?export=/PATH) and"
                + " its clients ('insecure' where Stoker does not run as root).");
      }
      if (status != 0) {
        return null;
      }
      NfsHandle handle = new NfsHandle(in.getOpaque(NfsHandle.MAX_BYTES));
      int flavors = in.getInt();
      boolean sys = flavors == 0;
      for (int i = 0; i < flavors && in.remaining() >= 4; i++) {
        sys |= in.getInt() == AUTH_SYS;
      }
      if (!sys) {
        throw new IoFailure.Denied(
            "Cannot " + doing + ": it is exported for Kerberos only; allow sec=sys.");
      }
      return handle;
    } catch (XdrReader.BadXdrException e) {
      throw Branch.corrupt(doing, e);
    }
  }

  private Service mountService(InetAddress host, Deadline deadline) {
    int port = options.mountPort();
    if (port == 0) {
      port = mapped(host, Nfs3.MNT, deadline);
    }
    if (port == 0) {
      throw new IoFailure.Unavailable(
          "Cannot mount from "
              + host.getHostAddress()
              + ": its portmapper knows no MOUNT service; switch NFS version 3 on, or name its port"
              + " with ?mountport=.",
          null);
    }
    return new Service(new InetSocketAddress(host, port), Nfs3.MNT, deadline);
  }

  private int mapped(InetAddress host, RpcProcedure wanted, Deadline deadline) {
    InetSocketAddress address = new InetSocketAddress(host, Nfs3.PORTMAPPER_PORT);
    try (Service portmapper = new Service(address, Nfs3.GETPORT, deadline)) {
      XdrReader in =
          portmapper.call(
              Nfs3.GETPORT,
              new XdrWriter()
                  .putInt(wanted.program())
                  .putInt(wanted.version())
                  .putInt(Nfs3.TCP)
                  .putInt(0),
              "ask the portmapper of " + host.getHostAddress() + " for ports");
      int port = in.getInt();
      return port >= 0 && port <= 65_535 ? port : 0;
    } catch (XdrReader.BadXdrException e) {
      throw Branch.corrupt("ask the portmapper of " + host.getHostAddress(), e);
    }
  }

  /** One of the small services, for as long as it takes to ask it something. */
  private final class Service implements AutoCloseable {
    private final RpcPeer peer;
    private final Deadline deadline;

    Service(InetSocketAddress address, RpcProcedure program, Deadline deadline) {
      this.peer = transport.open(address, program, 1, QUIET_LIMIT, QUIET_LIMIT);
      this.deadline = deadline;
    }

    XdrReader call(RpcProcedure procedure, XdrWriter arguments, String doing) {
      RpcCall call =
          RpcCall.of(procedure, credential, arguments, deadline, doing)
              .withMaxReplyBytes(EXPORTS_BYTES);
      try {
        RpcReply reply = peer.submit(call).join();
        if (reply.unknownProcedure()) {
          throw new IoFailure.Invalid("Cannot " + doing + ": the server does not do that.");
        }
        return reply.results();
      } catch (CompletionException e) {
        if (e.getCause() instanceof IoFailure.Unavailable lost) {
          throw new AddressLost(lost);
        }
        if (e.getCause() instanceof IoFailure failure) {
          throw failure;
        }
        throw e;
      }
    }

    @Override
    public void close() {
      transport.close(peer);
    }
  }
}
