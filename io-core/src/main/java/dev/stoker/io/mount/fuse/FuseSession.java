package dev.stoker.io.mount.fuse;

import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.posix.Errno;
import dev.stoker.io.posix.FileHandle;
import dev.stoker.io.posix.FuseDevice;
import dev.stoker.io.posix.PosixException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One mounted tree. Some platform threads, each with a channel of its own, take requests and answer
 * at once what can be answered at once; what has to wait for an origin goes on in a virtual thread
 * ({@link Waits}), so that a slow origin holds no channel up.
 */
public final class FuseSession implements Kernel, AutoCloseable {
  private static final System.Logger LOG = System.getLogger(FuseSession.class.getName());

  /** Room for the largest WRITE and its header. */
  private static final int REQUEST_SLACK_BYTES = 4096;

  /** FUSE_MIN_READ_BUFFER. */
  private static final int LEAST_REQUEST_BYTES = 8192 + REQUEST_SLACK_BYTES;

  private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(10);

  // enum fuse_notify_code.
  private static final int NOTIFY_INVAL_INODE = 2;
  private static final int NOTIFY_INVAL_ENTRY = 3;

  private final Negotiation negotiated;
  private final SessionOptions options;
  private final Dispatcher dispatcher;
  private final Waits waits;
  private final List<FuseDevice> channels = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();
  private final CountDownLatch ended;
  private final FailureLog failures = new FailureLog(LOG);
  private final AtomicBoolean closed = new AtomicBoolean();

  private FuseSession(
      FileTree tree, Negotiation negotiated, SessionOptions options, FuseDevice first) {
    this.negotiated = negotiated;
    this.options = options;
    this.dispatcher = new Dispatcher(tree, options.channels());
    this.waits = new Waits(options, dispatcher, failures);
    this.ended = new CountDownLatch(options.channels());
    channels.add(first);
  }

  /**
   * Serves a tree by a device that was just mounted; returns once it agreed with the kernel.
   *
   * @throws PosixException when the device fails; the caller unmounts
   */
  public static FuseSession start(FuseDevice device, FileTree tree, SessionOptions options)
      throws PosixException {
    Negotiation negotiated = negotiate(device, tree, options);
    FuseSession session = new FuseSession(tree, negotiated, options, device);
    tree.mounted(session);
    try {
      for (int i = 1; i < options.channels(); i++) {
        session.channels.add(device.another());
      }
    } catch (PosixException e) {
      session.channels.subList(1, session.channels.size()).forEach(FuseDevice::close);
      throw e;
    }
    for (FuseDevice channel : session.channels) {
      Thread thread =
          Thread.ofPlatform()
              .name("fuse-" + session.threads.size())
              .daemon()
              .unstarted(() -> session.serve(channel));
      session.threads.add(thread);
    }
    session.threads.forEach(Thread::start);
    return session;
  }

  private static Negotiation negotiate(FuseDevice device, FileTree tree, SessionOptions options)
      throws PosixException {
    ByteBuffer in = ByteBuffer.allocateDirect(Negotiation.MAX_REQUEST_BYTES + REQUEST_SLACK_BYTES);
    if (!device.read(in)) {
      throw new IoFailure.Unavailable("The mount was taken away before it was served.", null);
    }
    WorkerAnswer answer = new WorkerAnswer(REQUEST_SLACK_BYTES);
    try {
      Request request = RequestDecoder.decode(in.flip());
      answer.begin(device, request.unique());
      if (!(request.operation() instanceof Request.Init init)) {
        throw new IoFailure.Corrupt("The kernel's first request was no greeting.");
      }
      Negotiation agreed =
          Negotiation.of(init, options.passthrough(), tree instanceof WritableTree);
      agreed.write(answer.head());
      answer.send();
      return agreed;
    } catch (RequestDecoder.Malformed e) {
      throw new IoFailure.Corrupt("The kernel's greeting was not understood: " + e.getMessage());
    } catch (UnsupportedOperationException e) {
      answer.fail(71); // EPROTO
      throw new IoFailure.Invalid(String.valueOf(e.getMessage()));
    }
  }

  private void serve(FuseDevice channel) {
    ByteBuffer in =
        ByteBuffer.allocateDirect(
            Math.max(LEAST_REQUEST_BYTES, negotiated.maxWriteBytes() + REQUEST_SLACK_BYTES));
    WorkerAnswer answer = new WorkerAnswer(negotiated.maxRequestBytes());
    try {
      while (take(channel, in)) {
        answer(channel, in, answer);
      }
    } catch (PosixException e) {
      LOG.log(System.Logger.Level.ERROR, "A channel of a mount ended: {0}", e.getMessage());
    } finally {
      ended.countDown();
    }
  }

  private static boolean take(FuseDevice channel, ByteBuffer in) throws PosixException {
    while (true) {
      try {
        in.clear();
        boolean taken = channel.read(in);
        in.flip();
        return taken;
      } catch (PosixException e) {
        if (e.errno() != Errno.EINTR && e.errno() != Errno.ENOENT && e.errno() != Errno.EAGAIN) {
          throw e;
        }
      }
    }
  }

  private void answer(FuseDevice channel, ByteBuffer in, WorkerAnswer answer) {
    Request request;
    try {
      request = RequestDecoder.decode(in);
    } catch (RequestDecoder.Malformed e) {
      answer.begin(channel, e.unique());
      answer.fail(e.badName() ? Errno.EILSEQ.number() : Errno.EIO.number());
      if (!e.badName()) {
        LOG.log(System.Logger.Level.ERROR, "The kernel sent nonsense: {0}", e.getMessage());
      }
      return;
    }
    answer.begin(channel, request.unique());
    if (request.operation() instanceof Request.Interrupt interrupt) {
      if (!waits.interrupt(interrupt.target())) {
        answer.fail(Errno.EAGAIN.number()); // not taken yet, or answered by now
      }
      return;
    }
    Deadline deadline = Deadline.after(options.timeout());
    Call call =
        new Call(request.unique(), request.uid(), request.gid(), request.pid(), false, deadline);
    waits.begun(request.unique());
    try {
      performOrWait(channel, request, call, answer);
    } catch (RuntimeException e) {
      failures.answer(e, answer);
    } finally {
      waits.ended();
    }
  }

  private void performOrWait(FuseDevice channel, Request request, Call call, WorkerAnswer answer) {
    try {
      dispatcher.perform(request, call, answer);
    } catch (MustWait e) {
      waits.start(channel, request, call.waiting());
    }
  }

  /** What was agreed on, for those who want to show it. */
  public int protocolMinor() {
    return negotiated.minor();
  }

  /** Files and folders that somebody has open. */
  public int openCount() {
    return dispatcher.openCount();
  }

  @Override
  public boolean hasPassthrough() {
    return negotiated.has(Negotiation.PASSTHROUGH);
  }

  @Override
  public int openBacking(FileHandle file) throws PosixException {
    return channels.getFirst().openBacking(file);
  }

  @Override
  public void closeBacking(int id) {
    try {
      channels.getFirst().closeBacking(id);
    } catch (PosixException e) {
      LOG.log(System.Logger.Level.DEBUG, "Unmounted before: {0}", e.getMessage());
    }
  }

  @Override
  public void forgetName(long parent, String name) {
    byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
    ByteBuffer out = notification(NOTIFY_INVAL_ENTRY, 16 + utf8.length + 1);
    out.putLong(parent).putInt(utf8.length).putInt(0).put(utf8).put((byte) 0);
    notify(out);
  }

  @Override
  public void forgetPages(long node) {
    ByteBuffer out = notification(NOTIFY_INVAL_INODE, 24);
    out.putLong(node).putLong(0).putLong(0);
    notify(out);
  }

  private static ByteBuffer notification(int code, int bytes) {
    ByteBuffer out =
        ByteBuffer.allocateDirect(ReplyWriter.HEADER_BYTES + bytes).order(ByteOrder.nativeOrder());
    ReplyWriter.header(out, 0, -code, bytes);
    return out;
  }

  private void notify(ByteBuffer out) {
    try {
      channels.getFirst().write(out.flip(), null, out);
    } catch (PosixException e) {
      // ENOENT: the kernel does not know it. Anything else: it is unmounted.
    }
  }

  /** Waits until the file system is unmounted. */
  public void awaitEnd() throws InterruptedException {
    ended.await();
  }

  /** Whether it is unmounted. */
  public boolean hasEnded() {
    return ended.getCount() == 0;
  }

  /**
   * Joins the threads and lets go of everything; the file system must be unmounted or cut off by
   * then. Where the kernel still holds it, the threads go on serving until it does not.
   */
  @Override
  public void close() {
    try {
      if (!ended.await(CLOSE_PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
        LOG.log(
            System.Logger.Level.WARNING,
            "A mount still has {0} open files; it is served until they are closed.",
            openCount());
        Thread.ofVirtual().start(this::closeAtEnd);
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return;
    }
    closeNow();
  }

  private void closeAtEnd() {
    try {
      ended.await();
      closeNow();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void closeNow() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    waits.close();
    dispatcher.closeAll();
    channels.forEach(FuseDevice::close);
  }
}
