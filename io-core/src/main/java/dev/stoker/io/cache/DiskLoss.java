package dev.stoker.io.cache;

import java.io.IOException;

/** Told of every failure of a disk. */
@FunctionalInterface
interface DiskLoss {
  void failed(CacheDisk disk, IOException failure);
}
