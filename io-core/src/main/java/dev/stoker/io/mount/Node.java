package dev.stoker.io.mount;

import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.asset.PinnedAsset;
import java.nio.charset.StandardCharsets;

/** What the kernel knows by a number: a folder, or one version of a file. */
abstract sealed class Node {
  final long id;
  final AssetPath path;

  /** What st_ino shows: made of the path, so that readdir and stat agree after every start. */
  final long inode;

  /** How often the kernel was told of it; guarded by the lock of {@link Nodes}. */
  long uses;

  private Node(long id, AssetPath path, long inode) {
    this.id = id;
    this.path = path;
    this.inode = inode;
  }

  /** A folder; the origin's listing says what lies in it. */
  static final class Folder extends Node {
    Folder(long id, AssetPath path) {
      super(id, path, inodeOf(path.value() + "/"));
    }
  }

  /** A file; what it reads as never changes. */
  static final class File extends Node {
    final PinnedAsset asset;

    /** When the origin last described it to us, on {@link System#nanoTime()}'s clock. */
    volatile long describedNanos = System.nanoTime();

    /** Who has it open, and in which way. */
    final OpenState open = new OpenState();

    File(long id, PinnedAsset asset) {
      super(id, asset.info().path(), inodeOf(asset.info().path().value()));
      this.asset = asset;
    }
  }

  /** FNV-1a, its bits mixed once more (Steele and Vigna's finalizer); never 0 or 1. */
  static long inodeOf(String text) {
    long hash = 0xcbf29ce484222325L;
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      hash = (hash ^ (b & 0xff)) * 0x100000001b3L;
    }
    hash = (hash ^ hash >>> 30) * 0xbf58476d1ce4e5b9L;
    hash = (hash ^ hash >>> 27) * 0x94d049bb133111ebL;
    hash = (hash ^ hash >>> 31) & Long.MAX_VALUE;
    return hash < 2 ? hash + 2 : hash;
  }
}
