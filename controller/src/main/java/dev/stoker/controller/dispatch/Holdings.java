package dev.stoker.controller.dispatch;

import dev.stoker.controller.protocol.Heartbeat.CachedFolder;
import java.util.List;

/**
 * What a node's cache holds, as it last said.
 *
 * @param folders largest first
 */
record Holdings(List<CachedFolder> folders) {
  static final Holdings NONE = new Holdings(List.of());

  Holdings {
    folders = List.copyOf(folders);
  }

  boolean isEmpty() {
    return folders.isEmpty();
  }

  /** How many bytes of these folders and what lies below them are there, as far as it was told. */
  long bytesOf(List<String> inputs) {
    long bytes = 0;
    for (CachedFolder folder : folders) {
      if (inputs.stream().anyMatch(folder.uri()::startsWith)) {
        bytes += folder.bytes();
      }
    }
    return bytes;
  }
}
