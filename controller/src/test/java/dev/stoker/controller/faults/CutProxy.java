package dev.stoker.controller.faults;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;

/**
 * A wire between two parties that a test cuts and mends: nothing passes while it is cut, neither
 * bytes nor the news that a connection ended; when it is mended, connections go on or are reset, as
 * after a partition. Thread-safe.
 */
public final class CutProxy implements AutoCloseable {
  private static final int BACKLOG = 256;
  private static final int CONNECT_MILLIS = 5_000;

  private final InetSocketAddress target;
  private final ServerSocket listening;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private volatile CountDownLatch open = new CountDownLatch(0);
  private volatile boolean closed;

  private CutProxy(int port) throws IOException {
    target = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    listening = new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().name("cut-proxy").start(this::accept);
  }

  /** Starts a wire to a port of this machine. */
  public static CutProxy to(int port) throws IOException {
    return new CutProxy(port);
  }

  public int port() {
    return listening.getLocalPort();
  }

  /** From now on nothing passes. */
  public synchronized void cut() {
    if (open.getCount() == 0) {
      open = new CountDownLatch(1);
    }
  }

  /** Everything passes again; half of the time the connections of before are reset. */
  public synchronized void mend(Random random) {
    if (random.nextBoolean()) {
      sockets.forEach(CutProxy::reset);
    }
    open.countDown();
  }

  private void accept() {
    while (!closed) {
      try {
        Socket near = listening.accept();
        sockets.add(near);
        Thread.ofVirtual().name("cut-proxy").start(() -> join(near));
      } catch (IOException e) {
        // Closed, or the caller was gone before it was taken in.
      }
    }
  }

  private void join(Socket near) {
    try {
      open.await();
      var far = new Socket();
      sockets.add(far);
      far.connect(target, CONNECT_MILLIS);
      near.setTcpNoDelay(true);
      far.setTcpNoDelay(true);
      Thread.ofVirtual().name("cut-proxy").start(() -> pass(far, near));
      pass(near, far);
    } catch (IOException e) {
      reset(near);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void pass(Socket from, Socket to) {
    byte[] bytes = new byte[16 << 10];
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      int count = in.read(bytes);
      while (count >= 0) {
        open.await();
        out.write(bytes, 0, count);
        count = in.read(bytes);
      }
    } catch (IOException e) {
      // One side is gone, so the other one goes as well.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      awaitOpen();
      end(from);
      end(to);
    }
  }

  private void awaitOpen() {
    try {
      open.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void reset(Socket socket) {
    try {
      socket.setSoLinger(true, 0);
      socket.close();
    } catch (IOException e) {
      // It is gone.
    }
  }

  private void end(Socket socket) {
    sockets.remove(socket);
    try {
      socket.close();
    } catch (IOException e) {
      // It is gone.
    }
  }

  @Override
  public void close() throws IOException {
    closed = true;
    listening.close();
    open.countDown();
    sockets.forEach(CutProxy::reset);
  }
}
