package dev.stoker.io.testing;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Stands before a real NFS server and answers some calls in its place, changes its answers, or
 * loses them: what servers do and cannot be asked to do.
 */
public final class NfsProxy implements AutoCloseable {
  public static final int GETATTR = 1;
  public static final int LOOKUP = 3;
  public static final int READ = 6;
  public static final int WRITE = 7;
  public static final int CREATE = 8;
  public static final int MKDIR = 9;
  public static final int REMOVE = 12;
  public static final int RENAME = 14;
  public static final int LINK = 15;
  public static final int READDIRPLUS = 17;
  public static final int COMMIT = 21;

  public static final int STALE = 70;
  public static final int NOTSUPP = 10_004;
  public static final int JUKEBOX = 10_008;

  private static final int RESULTS = 24; // xid, type, status, verifier of no bytes, accept status

  /** What becomes of one call. */
  public sealed interface Fate {}

  /** It goes through. */
  public record Pass() implements Fate {}

  /** The server never sees it; the answer is an NFS error. */
  public record Refuse(int status) implements Fate {}

  /** It goes through, and its answer is changed; null loses the answer and the connection. */
  public record Change(UnaryOperator<byte @Nullable []> answer) implements Fate {}

  /** Decides, for each NFS call by its procedure. */
  public interface Script {
    Fate of(int procedure);
  }

  public static final Fate PASS = new Pass();

  /** It is carried out, and nobody hears of it. */
  public static final Fate LOSE_ANSWER = new Change(answer -> null);

  private final ServerSocket listener;
  private final InetSocketAddress server;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private volatile Script script = procedure -> PASS;
  private volatile int fragmentBytes = Integer.MAX_VALUE;

  private NfsProxy(ServerSocket listener, InetSocketAddress server) {
    this.listener = listener;
    this.server = server;
  }

  /** Before the NFS service of one server of {@code cluster}. */
  public static NfsProxy before(GaneshaCluster cluster, int i) {
    try {
      ServerSocket listener = new ServerSocket();
      listener.bind(new InetSocketAddress(InetAddress.ofLiteral(cluster.address(i)), 0));
      NfsProxy proxy =
          new NfsProxy(
              listener,
              new InetSocketAddress(InetAddress.ofLiteral(cluster.address(i)), cluster.nfsPort()));
      Thread.ofVirtual().name("nfs-proxy").start(proxy::accept);
      return proxy;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A URI that goes through here. */
  public String uri(GaneshaCluster cluster, String path) {
    return cluster.nfs(path).replace("nfsport=" + cluster.nfsPort(), "nfsport=" + port());
  }

  private int port() {
    return listener.getLocalPort();
  }

  public void script(Script next) {
    script = next;
  }

  /** Cuts answers into fragments of so many bytes. */
  public void fragments(int bytes) {
    fragmentBytes = bytes;
  }

  /** Turns another verifier into the last eight bytes of a WRITE's or COMMIT's answer. */
  public static byte[] withOtherVerifier(byte[] answer) {
    byte[] changed = answer.clone();
    changed[changed.length - 1] ^= 0x55;
    return changed;
  }

  /** Leaves the attributes of a READ's answer out. */
  public static byte[] withoutReadAttributes(byte[] answer) {
    ByteBuffer in = ByteBuffer.wrap(answer);
    if (in.getInt(RESULTS) != 0 || in.getInt(RESULTS + 4) == 0) {
      return answer;
    }
    byte[] changed = new byte[answer.length - 84];
    System.arraycopy(answer, 0, changed, 0, RESULTS + 4);
    System.arraycopy(answer, RESULTS + 8 + 84, changed, RESULTS + 8, answer.length - RESULTS - 92);
    return changed;
  }

  private void accept() {
    try {
      while (true) {
        Socket client = listener.accept();
        Socket upstream = connected();
        sockets.add(client);
        sockets.add(upstream);
        client.setTcpNoDelay(true);
        upstream.setTcpNoDelay(true);
        Map<Integer, Change> changes = new ConcurrentHashMap<>();
        DataOutputStream toClient = new DataOutputStream(client.getOutputStream());
        Thread.ofVirtual().start(() -> calls(client, upstream, changes, toClient));
        Thread.ofVirtual().start(() -> answers(client, upstream, changes, toClient));
      }
    } catch (IOException closed) {
      // The test is over.
    }
  }

  /** From a secure port, as the exports want it. */
  private Socket connected() throws IOException {
    for (int port = 1023; port > 665; port--) {
      Socket upstream = new Socket();
      try {
        upstream.setReuseAddress(true);
        upstream.bind(new InetSocketAddress(port));
        upstream.connect(server, 5_000);
        return upstream;
      } catch (IOException taken) {
        upstream.close();
      }
    }
    throw new IOException("no secure port is free");
  }

  private void calls(
      Socket client, Socket upstream, Map<Integer, Change> changes, DataOutputStream toClient) {
    try {
      DataInputStream in = new DataInputStream(client.getInputStream());
      DataOutputStream out = new DataOutputStream(upstream.getOutputStream());
      while (true) {
        byte[] call = record(in);
        ByteBuffer head = ByteBuffer.wrap(call);
        int xid = head.getInt(0);
        Fate fate = script.of(head.getInt(20));
        if (fate instanceof Refuse refuse) {
          ByteBuffer answer = ByteBuffer.allocate(RESULTS + 12);
          answer.putInt(xid).putInt(1).putInt(RESULTS, refuse.status);
          write(toClient, answer.array());
          continue;
        }
        if (fate instanceof Change change) {
          changes.put(xid, change);
        }
        synchronized (out) {
          out.writeInt(0x8000_0000 | call.length);
          out.write(call);
          out.flush();
        }
      }
    } catch (IOException closed) {
      close(client, upstream);
    }
  }

  private void answers(
      Socket client, Socket upstream, Map<Integer, Change> changes, DataOutputStream toClient) {
    try {
      DataInputStream in = new DataInputStream(upstream.getInputStream());
      while (true) {
        byte[] answer = record(in);
        Change change = changes.remove(ByteBuffer.wrap(answer).getInt(0));
        byte[] told = change == null ? answer : change.answer.apply(answer);
        if (told == null) {
          throw new IOException("lost, as was asked for");
        }
        write(toClient, told);
      }
    } catch (IOException closed) {
      close(client, upstream);
    }
  }

  private void write(DataOutputStream out, byte[] answer) throws IOException {
    synchronized (out) {
      for (int at = 0; at < answer.length; ) {
        int count = Math.min(fragmentBytes, answer.length - at);
        out.writeInt((at + count == answer.length ? 0x8000_0000 : 0) | count);
        out.write(answer, at, count);
        at += count;
      }
      out.flush();
    }
  }

  private static byte[] record(DataInputStream in) throws IOException {
    byte[] record = {};
    while (true) {
      int mark = in.readInt();
      int length = mark & 0x7fff_ffff;
      int before = record.length;
      record = Arrays.copyOf(record, before + length);
      in.readFully(record, before, length);
      if (mark < 0) {
        return record;
      }
    }
  }

  private static void close(Socket... both) {
    for (Socket socket : both) {
      try {
        socket.close();
      } catch (IOException e) {
        // It is closed.
      }
    }
  }

  @Override
  public void close() {
    try {
      listener.close();
    } catch (IOException e) {
      // It is closed.
    }
    sockets.forEach(NfsProxy::close);
  }
}
