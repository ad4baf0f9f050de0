package dev.stoker.io.mount.fuse;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A folder as it was when it was opened: one listing, however long it is read. Thread-safe. */
public interface OpenFolder {
  /** All that lies in it, without itself and its parent; the same list at each call. */
  List<Item> items(Call call);

  /**
   * One name in a folder.
   *
   * @param inode number that readdir(3) shows
   * @param type of the file, as the upper bits of st_mode have it
   */
  record Item(String name, long inode, int type) {}

  /**
   * The node behind an item, as {@link FileTree#lookup} gives it and with the same use; null where
   * telling it would cost more than a listing should.
   */
  @Nullable NodeEntry entry(Call call, Item item);

  default void close() {}
}
