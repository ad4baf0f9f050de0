package dev.stoker.io.net;

import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One call on its way. Owned by the caller until it is submitted, then by one {@link RpcPeer}'s
 * event loop, until its future ends. Who submits it again keeps its number (XID), by which a server
 * that remembers replies recognises it.
 */
public final class RpcCall {
  /** Random, lest a restarted process be answered from a server's memory of the last one. */
  private static final AtomicInteger NEXT_XID =
      new AtomicInteger(ThreadLocalRandom.current().nextInt());

  /** Replies without data are this long at most, unless the caller says otherwise. */
  private static final int USUAL_REPLY_BYTES = 64 << 10;

  final int xid = NEXT_XID.getAndIncrement();
  final RpcProcedure procedure;
  final RpcCredential credential;
  final byte[] arguments;
  final @Nullable ByteBuffer payload;
  final @Nullable ByteBuffer into;
  final @Nullable BulkReply layout;
  final int maxReplyBytes;
  final Deadline deadline;
  final String doing;
  private final int intoStart;

  /** Where data go past {@code into}, which then takes what was read all the same for a moment. */
  private @Nullable SpliceTarget spliceTarget;

  private long spliceOffset;

  /** Set by {@link RpcPeer#submit}, before which nobody waits for it. */
  volatile CompletableFuture<RpcReply> future = new CompletableFuture<>();

  volatile @Nullable RpcPeer peer;
  volatile boolean abandoned;
  long sentNanos;

  /** Set while its bytes lie in a socket's queue. */
  boolean leaving;

  private RpcCall(
      RpcProcedure procedure,
      RpcCredential credential,
      byte[] arguments,
      @Nullable ByteBuffer payload,
      @Nullable ByteBuffer into,
      @Nullable BulkReply layout,
      int maxReplyBytes,
      Deadline deadline,
      String doing) {
    this.procedure = procedure;
    this.credential = credential;
    this.arguments = arguments;
    this.payload = payload;
    this.into = into;
    this.layout = layout;
    this.maxReplyBytes = maxReplyBytes;
    this.deadline = deadline;
    this.doing = doing;
    this.intoStart = into == null ? 0 : into.position();
  }

  /**
   * A call with a small answer.
   *
   * @param doing verb phrase with its object, for messages
   */
  public static RpcCall of(
      RpcProcedure procedure,
      RpcCredential credential,
      XdrWriter arguments,
      Deadline deadline,
      String doing) {
    return new RpcCall(
        procedure,
        credential,
        arguments.toBytes(),
        null,
        null,
        null,
        USUAL_REPLY_BYTES,
        deadline,
        doing);
  }

  /** The same with a longer answer. */
  public RpcCall withMaxReplyBytes(int bytes) {
    return new RpcCall(
        procedure, credential, arguments, payload, into, layout, bytes, deadline, doing);
  }

  /**
   * The same with {@code data}, from its position to its limit, as the last argument. The buffer
   * must not change until the call ends.
   */
  public RpcCall withPayload(ByteBuffer data) {
    return new RpcCall(
        procedure,
        credential,
        arguments,
        data.slice(),
        into,
        layout,
        maxReplyBytes,
        deadline,
        doing);
  }

  /**
   * The same with data in the answer that go into {@code target}, a direct buffer, from its
   * position on and not beyond its limit. The buffer is the call's until its future ends.
   */
  public RpcCall withTarget(ByteBuffer target, BulkReply where) {
    return new RpcCall(
        procedure, credential, arguments, payload, target, where, maxReplyBytes, deadline, doing);
  }

  /**
   * The same call, whose data go into {@code target}: there, {@code offset} is where the first byte
   * belongs. What lies in the buffer at the end is of no use.
   */
  public RpcCall splicingInto(SpliceTarget target, long offset) {
    spliceTarget = target;
    spliceOffset = offset;
    return this;
  }

  @Nullable SpliceTarget spliceTarget() {
    return spliceTarget;
  }

  /** Where in the splice target the next byte belongs. */
  long spliceOffset() {
    return spliceOffset + (into == null ? 0 : into.position() - intoStart);
  }

  /** The {@code count} bytes before the buffer's position were read into it. */
  void wasRead(int count) {
    SpliceTarget target = spliceTarget;
    if (target != null && into != null) {
      int end = into.position();
      target.put(spliceOffset() - count, into.slice(end - count, count));
    }
  }

  /** How many bytes of data it moves; what load is measured in. */
  public int dataBytes() {
    int bytes = payload == null ? 0 : payload.remaining();
    return into == null ? bytes : bytes + into.limit() - intoStart;
  }

  /** What is being done, for messages. */
  public String doing() {
    return doing;
  }

  public Deadline deadline() {
    return deadline;
  }

  /**
   * Lets go of it: its future ends soon, with a failure, once nothing touches its buffers. A call
   * that was not submitted yet will fail when it is.
   */
  public void abandon() {
    abandoned = true;
    RpcPeer carrier = peer;
    if (carrier != null) {
      carrier.abandon(this);
    }
  }

  /** Back to where it was before an answer came in part. */
  void rewind() {
    if (into != null) {
      into.position(intoStart);
    }
  }

  /** The message with its record mark, without the payload. */
  ByteBuf head(ByteBufAllocator allocator) {
    byte[] credentials = credential.encoded();
    int payloadBytes = payload == null ? 0 : payload.remaining();
    int length = 24 + credentials.length + 8 + arguments.length;
    int whole = payload == null ? length : length + 4 + XdrWriter.padded(payloadBytes);
    ByteBuf out = allocator.directBuffer(length + 8);
    out.writeInt(0x8000_0000 | whole);
    out.writeInt(xid).writeInt(0).writeInt(2);
    out.writeInt(procedure.program()).writeInt(procedure.version()).writeInt(procedure.number());
    out.writeBytes(credentials);
    out.writeLong(0);
    out.writeBytes(arguments);
    if (payload != null) {
      out.writeInt(payloadBytes);
    }
    return out;
  }

  IoFailure.Canceled canceled() {
    return new IoFailure.Canceled("Gave up trying to " + doing + ", as was asked for.");
  }
}
