package dev.stoker.agent.cli;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * An NFS server on loopback for a rehearsal (RFC 1813): one export, a folder of files. It knows
 * just what the rehearsed commands ask; it is no test server.
 */
final class RehearsalFiler implements AutoCloseable {
  private static final int MOUNT_PROGRAM = 100_005;
  private static final int FOLDER = 2;
  private static final int FILE = 1;

  /** No call of a reader is longer. */
  private static final int MOST_CALL_BYTES = 4096;

  private static final int READ_BYTES = 1 << 20;

  private final List<String> names;
  private final List<byte[]> contents;
  private final ServerSocket listener;

  RehearsalFiler(Map<String, byte[]> files) throws IOException {
    names = List.copyOf(files.keySet());
    contents = new ArrayList<>(files.values());
    listener = new ServerSocket(0, 0, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::accept);
  }

  /** The export's top folder, with {@code path} below it. */
  String uri(String path) {
    int port = listener.getLocalPort();
    return "nfs://127.0.0.1/exp/%s?nfsport=%d&mountport=%d".formatted(path, port, port);
  }

  private void accept() {
    try {
      while (true) {
        Socket client = listener.accept();
        client.setTcpNoDelay(true);
        Thread.ofVirtual().start(() -> serve(client));
      }
    } catch (IOException closed) {
      // The rehearsal is over.
    }
  }

  private void serve(Socket client) {
    try (client) {
      DataInputStream in = new DataInputStream(client.getInputStream());
      while (true) {
        byte[] call = new byte[Math.min(in.readInt() & 0x7fff_ffff, MOST_CALL_BYTES)];
        in.readFully(call);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        answer(new DataInputStream(new ByteArrayInputStream(call)), bytes);
        DataOutputStream out = new DataOutputStream(client.getOutputStream());
        out.writeInt(0x8000_0000 | bytes.size());
        bytes.writeTo(out);
      }
    } catch (IOException closed) {
      // The command has ended.
    }
  }

  private void answer(DataInputStream call, ByteArrayOutputStream bytes) throws IOException {
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeInt(call.readInt()); // the number
    call.readLong(); // a call, of RPC version 2
    int program = call.readInt();
    call.readInt(); // version 3
    int procedure = call.readInt();
    for (int i = 0; i < 2; i++) { // credential and verifier
      call.readInt();
      opaque(call);
    }
    out.writeInt(1); // a reply,
    out.writeInt(0); // accepted,
    out.writeLong(0); // with no verifier,
    out.writeInt(0); // carried out
    if (program == MOUNT_PROGRAM) {
      mount(procedure, out);
    } else {
      nfs(procedure, call, out);
    }
  }

  private static void mount(int procedure, DataOutputStream out) throws IOException {
    if (procedure == 5) { // EXPORT
      out.writeInt(1);
      opaque(out, "/exp".getBytes(StandardCharsets.UTF_8));
      out.writeLong(0); // for everybody; no more exports
    } else if (procedure == 1) { // MNT
      out.writeInt(0);
      handle(out, 0);
      out.writeLong(1L << 32 | 1); // one flavour, AUTH_SYS
    }
  }

  private void nfs(int procedure, DataInputStream call, DataOutputStream out) throws IOException {
    if (procedure == 0) {
      return;
    }
    int file = new DataInputStream(new ByteArrayInputStream(opaque(call))).readInt();
    switch (procedure) {
      case 1 -> { // GETATTR
        out.writeInt(0);
        attributes(out, file);
      }
      case 3 -> lookUp(new String(opaque(call), StandardCharsets.UTF_8), out);
      case 6 -> read(file, (int) call.readLong(), call.readInt(), out);
      case 17 -> list(out); // READDIRPLUS
      default -> limits(out); // FSINFO
    }
  }

  private void lookUp(String name, DataOutputStream out) throws IOException {
    int at = names.indexOf(name);
    out.writeInt(at < 0 ? 2 : 0);
    if (at >= 0) {
      handle(out, at + 1);
      out.writeInt(1);
      attributes(out, at + 1);
    }
    out.writeInt(0); // nothing of the folder
  }

  private void read(int file, int offset, int most, DataOutputStream out) throws IOException {
    byte[] content = contents.get(file - 1);
    int count = Math.min(most, content.length - offset);
    out.writeInt(0);
    out.writeInt(1);
    attributes(out, file);
    out.writeInt(count);
    out.writeInt(offset + count == content.length ? 1 : 0);
    out.writeInt(count);
    out.write(content, offset, count);
    out.write(new byte[-count & 3]);
  }

  private void list(DataOutputStream out) throws IOException {
    out.writeLong(0); // nothing of the folder
    out.writeLong(0); // cookies are good for ever
    for (int i = 0; i < names.size(); i++) {
      out.writeInt(1);
      out.writeLong(i + 1);
      opaque(out, names.get(i).getBytes(StandardCharsets.UTF_8));
      out.writeLong(i + 1);
      out.writeInt(1);
      attributes(out, i + 1);
      out.writeInt(1);
      handle(out, i + 1);
    }
    out.writeLong(1); // no more, and that was all
  }

  private static void limits(DataOutputStream out) throws IOException {
    out.writeLong(0); // nothing of the folder
    for (int most : new int[] {READ_BYTES, READ_BYTES, 1, READ_BYTES, READ_BYTES, 1, READ_BYTES}) {
      out.writeInt(most);
    }
    out.writeLong(Long.MAX_VALUE);
    out.writeLong(1);
    out.writeInt(0);
  }

  private void attributes(DataOutputStream out, int file) throws IOException {
    long length = file == 0 ? 4096 : contents.get(file - 1).length;
    out.writeInt(file == 0 ? FOLDER : FILE);
    out.write(new byte[16]); // mode, links, owner, group
    out.writeLong(length);
    out.writeLong(length);
    out.writeLong(0); // no device
    out.writeLong(1); // file system
    out.writeLong(file);
    for (int time = 0; time < 3; time++) {
      out.writeLong(1_700_000_000L << 32);
    }
  }

  private static void handle(DataOutputStream out, int file) throws IOException {
    out.writeInt(4);
    out.writeInt(file);
  }

  private static void opaque(DataOutputStream out, byte[] data) throws IOException {
    out.writeInt(data.length);
    out.write(data);
    out.write(new byte[-data.length & 3]);
  }

  private static byte[] opaque(DataInputStream in) throws IOException {
    byte[] data = new byte[Math.min(in.readInt() & 0x7fff_ffff, MOST_CALL_BYTES)];
    in.readFully(data);
    in.skipNBytes(-data.length & 3);
    return data;
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}
