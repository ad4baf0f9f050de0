package dev.stoker.io.mount.fuse;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * One request of the kernel's.
 *
 * @param unique its number, by which it is answered
 * @param node what it is about
 * @param uid of the asking thread
 * @param gid of the asking thread
 * @param pid the asking thread's id; 0 for what the kernel does by itself
 */
@SuppressWarnings("ArrayRecordComponent") // decoded once, carried out once, compared by nobody
record Request(long unique, long node, int uid, int gid, int pid, Operation operation) {
  /** What is asked. File handles are the numbers that {@link OpenHandles} gave out. */
  sealed interface Operation {}

  record Read(long handle, long offset, int bytes) implements Operation {}

  record Lookup(String name) implements Operation {}

  record GetStatus() implements Operation {}

  record Open(int flags) implements Operation {}

  record Release(long handle) implements Operation {}

  record Forget(long uses) implements Operation {}

  /** Many at once: pairs of arrays of equal length. */
  record ForgetAll(long[] nodes, long[] uses) implements Operation {}

  record GetAttribute(String name, int bytes) implements Operation {}

  record ListAttributes(int bytes) implements Operation {}

  record OpenDirectory() implements Operation {}

  /**
   * @param plus whether entries come with their nodes
   */
  record ReadDirectory(long handle, long offset, int bytes, boolean plus) implements Operation {}

  record ReleaseDirectory(long handle) implements Operation {}

  record ReadLink() implements Operation {}

  record FileSystem() implements Operation {}

  record Flush(long handle) implements Operation {}

  record Sync(long handle, boolean dataOnly) implements Operation {}

  record SyncDirectory() implements Operation {}

  record Interrupt(long target) implements Operation {}

  record Init(int major, int minor, int readAheadBytes, long flags) implements Operation {}

  record Destroy() implements Operation {}

  /**
   * @param data the bytes, within the request's buffer: gone when that is read into again
   */
  record Write(long handle, long offset, ByteBuffer data) implements Operation {}

  record Create(String name, int flags, int mode) implements Operation {}

  record MakeFolder(String name, int mode) implements Operation {}

  record MakeNode(String name, int mode) implements Operation {}

  record SymbolicLink(String name, String target) implements Operation {}

  /** The request's own node is the folder of the new name. */
  record Link(long from, String name) implements Operation {}

  record RemoveFile(String name) implements Operation {}

  record RemoveFolder(String name) implements Operation {}

  record Rename(String name, long toFolder, String toName, int flags) implements Operation {}

  /**
   * @param handle the open file, or null
   * @param change without its file
   */
  record SetStatus(@Nullable Long handle, StatusChange change) implements Operation {}

  record SetAttribute(String name, byte[] value, int flags) implements Operation {}

  record RemoveAttribute(String name) implements Operation {}

  record Allocate(long handle, long offset, long lengthBytes, int mode) implements Operation {}

  /** One that no tree of ours knows; the kernel is told so and asks no more. */
  record Unknown(int opcode) implements Operation {}
}
