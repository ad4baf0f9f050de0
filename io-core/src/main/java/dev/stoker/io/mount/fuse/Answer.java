package dev.stoker.io.mount.fuse;

import dev.stoker.io.posix.Errno;
import dev.stoker.io.posix.FuseDevice;
import dev.stoker.io.posix.PosixException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * The answer to one request: small parts are laid out in {@link #head}, behind the header; bytes of
 * files go into {@link #body}. Sent once.
 *
 * <p>Not thread-safe; owned by the thread that performs the request.
 */
abstract class Answer {
  private static final System.Logger LOG = System.getLogger(Answer.class.getName());

  /** An entry with an open file is the longest: 128 + 16 bytes; a link's target may be 4 KiB. */
  private static final int HEAD_BYTES = 8192;

  private final ByteBuffer head =
      ByteBuffer.allocateDirect(HEAD_BYTES).order(ByteOrder.nativeOrder());
  private final ByteBuffer vectors = ByteBuffer.allocateDirect(32).order(ByteOrder.nativeOrder());
  private @Nullable FuseDevice device;
  private long unique;
  private boolean sent;

  /** Begins the answer to a request. */
  void begin(FuseDevice channel, long request) {
    device = channel;
    unique = request;
    sent = false;
    head.clear().position(ReplyWriter.HEADER_BYTES);
  }

  long unique() {
    return unique;
  }

  boolean isSent() {
    return sent;
  }

  /** Where small parts are appended. */
  ByteBuffer head() {
    return head;
  }

  /**
   * A direct buffer with exactly {@code bytes} left, in native order.
   *
   * @throws MustWait where none is to be had without waiting
   */
  abstract ByteBuffer body(int bytes, Call call);

  /**
   * Sends what is in the head.
   *
   * @return false when nobody waits for it any more
   */
  boolean send() {
    int body = head.position() - ReplyWriter.HEADER_BYTES;
    head.flip();
    ReplyWriter.header(head.duplicate().order(ByteOrder.nativeOrder()), unique, 0, body);
    return write(null);
  }

  /** Sends what lies between the body's position and limit. */
  boolean send(ByteBuffer body) {
    head.clear();
    ReplyWriter.header(head, unique, 0, body.remaining());
    head.flip();
    return write(body);
  }

  /**
   * Puts bytes into the pages that the kernel keeps of a node, before the answer is laid out.
   *
   * @return false when it does not take them
   */
  boolean store(long node, long offset, ByteBuffer bytes) {
    head.clear();
    ReplyWriter.store(head, node, offset, bytes.remaining());
    head.flip();
    try {
      channel().write(head, bytes, vectors);
      return true;
    } catch (PosixException e) {
      // ENOENT: it has forgotten the node. ENODEV and the like: unmounted meanwhile.
      return false;
    } finally {
      head.clear().position(ReplyWriter.HEADER_BYTES);
    }
  }

  private FuseDevice channel() {
    FuseDevice channel = device;
    if (channel == null) {
      throw new IllegalStateException("An answer was sent before it began.");
    }
    return channel;
  }

  void fail(int errno) {
    head.clear();
    ReplyWriter.header(head, unique, errno, 0);
    head.flip();
    write(null);
  }

  private boolean write(@Nullable ByteBuffer body) {
    sent = true;
    try {
      channel().write(head, body, vectors);
      return true;
    } catch (PosixException e) {
      // ENOENT: the asker was killed meanwhile. ENODEV and the like: unmounted meanwhile.
      if (e.errno() == Errno.EINVAL || e.errno() == Errno.EIO) {
        LOG.log(System.Logger.Level.ERROR, "The kernel refused an answer: {0}", e.getMessage());
      }
      return false;
    }
  }
}
