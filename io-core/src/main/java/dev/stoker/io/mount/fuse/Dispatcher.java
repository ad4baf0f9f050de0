package dev.stoker.io.mount.fuse;

import dev.stoker.io.mount.fuse.Request.Operation;
import dev.stoker.io.posix.Errno;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Carries requests out on a tree and lays the answers out. Thread-safe; an answer is the calling
 * thread's.
 */
final class Dispatcher {
  /** Names and their kind that every folder begins with. */
  private static final List<OpenFolder.Item> DOTS =
      List.of(
          new OpenFolder.Item(".", 1, NodeStatus.TYPE_FOLDER),
          new OpenFolder.Item("..", 1, NodeStatus.TYPE_FOLDER));

  private final FileTree tree;
  private final OpenHandles<OpenFile> files = new OpenHandles<>();
  private final OpenHandles<OpenFolder> folders = new OpenHandles<>();
  private final Changes changes;
  private final PagesAhead gifts;

  /**
   * @param channels how many threads take requests
   */
  Dispatcher(FileTree tree, int channels) {
    this.tree = tree;
    this.gifts = new PagesAhead(channels);
    this.changes = new Changes(tree, files);
  }

  /** Open files and folders. */
  int openCount() {
    return files.count() + folders.count();
  }

  /**
   * Carries a request out and sends its answer.
   *
   * @throws MustWait when it has to be carried out again by a call that may wait; nothing was sent
   */
  void perform(Request request, Call call, Answer answer) {
    // Not by a switch over types: Java would make what it jumps by at run time, 20 ms of a mount's
    // first read.
    Operation operation = request.operation();
    long node = request.node();
    if (operation instanceof Request.Read read) {
      read(node, read, call, answer);
    } else if (operation instanceof Request.Lookup lookup) {
      lookup(node, lookup.name(), call, answer);
    } else if (operation instanceof Request.GetStatus) {
      ReplyWriter.timedStatus(answer.head(), tree.status(call, node));
      answer.send();
    } else if (operation instanceof Request.Open open) {
      open(node, open.flags(), call, answer);
    } else if (operation instanceof Request.Flush flush) {
      files.get(flush.handle()).flush(call);
      answer.send();
    } else if (operation instanceof Request.Release release) {
      OpenFile file = files.remove(release.handle());
      if (file != null) {
        file.close();
      }
      answer.send();
    } else if (operation instanceof Request.Forget forget) {
      tree.forget(node, forget.uses());
    } else if (operation instanceof Request.ForgetAll all) {
      for (int i = 0; i < all.nodes().length; i++) {
        tree.forget(all.nodes()[i], all.uses()[i]);
      }
    } else if (operation instanceof Request.OpenDirectory) {
      long handle = folders.add(tree.openFolder(call, node));
      ReplyWriter.opened(answer.head(), handle, 0, 0);
      answer.send();
    } else if (operation instanceof Request.ReadDirectory read) {
      readFolder(read, call, answer);
    } else if (operation instanceof Request.ReleaseDirectory release) {
      OpenFolder folder = folders.remove(release.handle());
      if (folder != null) {
        folder.close();
      }
      answer.send();
    } else {
      rare(request, call, answer);
    }
  }

  private void rare(Request request, Call call, Answer answer) {
    long node = request.node();
    switch (request.operation()) {
      case Request.GetAttribute get -> {
        byte[] value = tree.attribute(call, node, get.name());
        if (value == null) {
          throw new TreeFailure(Errno.ENODATA);
        }
        value(value, get.bytes(), call, answer);
      }
      case Request.ListAttributes list ->
          value(ReplyWriter.names(tree.attributes(call, node)), list.bytes(), call, answer);
      case Request.ReadLink _ -> {
        answer.head().put(tree.readLink(call, node).getBytes(StandardCharsets.UTF_8));
        answer.send();
      }
      case Request.FileSystem _ -> {
        ReplyWriter.space(answer.head(), tree.space(call));
        answer.send();
      }
      case Request.SyncDirectory _ -> answer.send();
      case Request.Destroy _ -> answer.send();
      case Request.Unknown _, Request.Init _ -> answer.fail(Errno.ENOSYS.number());
      default -> changes.perform(request, call, answer);
    }
  }

  private void read(long node, Request.Read read, Call call, Answer answer) {
    OpenFile file = files.get(read.handle());
    if (!call.mayWait()) {
      try (OpenFile.LentMemory lent = file.lend(call, read.offset(), read.bytes())) {
        if (lent != null) {
          gifts.give(node, file, read.offset() + lent.bytes().remaining(), answer);
          answer.send(lent.bytes());
          return;
        }
      }
    }
    ByteBuffer body = answer.body(read.bytes(), call);
    int start = body.position();
    file.read(call, read.offset(), body);
    body.limit(body.position()).position(start);
    answer.send(body);
  }

  private void lookup(long parent, String name, Call call, Answer answer) {
    NodeEntry entry = tree.lookup(call, parent, name);
    ReplyWriter.entry(answer.head(), entry);
    if (!answer.send() && entry.node() != 0) {
      tree.forget(entry.node(), 1); // the kernel never got it
    }
  }

  private void open(long node, int flags, Call call, Answer answer) {
    OpenFile file = tree.open(call, node, flags);
    long handle = files.add(file);
    ReplyWriter.opened(answer.head(), handle, file.openFlags(), file.backingId());
    if (!answer.send()) {
      files.remove(handle);
      file.close();
    }
  }

  private void readFolder(Request.ReadDirectory read, Call call, Answer answer) {
    OpenFolder folder = folders.get(read.handle());
    List<OpenFolder.Item> items = folder.items(call);
    ByteBuffer body = answer.body(read.bytes(), call);
    int start = body.position();
    int count = DOTS.size() + items.size();
    for (int at = (int) Math.min(count, read.offset()); at < count; at++) {
      boolean dot = at < DOTS.size();
      OpenFolder.Item item = dot ? DOTS.get(at) : items.get(at - DOTS.size());
      byte[] name = item.name().getBytes(StandardCharsets.UTF_8);
      if (ReplyWriter.itemBytes(name, read.plus()) > body.remaining()) {
        break; // asked before the entry is taken: each one told is a use of its node
      }
      NodeEntry entry = read.plus() && !dot ? folder.entry(call, item) : null;
      ReplyWriter.item(body, item, name, at + 1L, read.plus(), entry);
    }
    body.limit(body.position()).position(start);
    answer.send(body);
  }

  private static void value(byte[] value, int room, Call call, Answer answer) {
    if (room == 0) {
      ReplyWriter.attributeBytes(answer.head(), value.length);
      answer.send();
    } else if (room < value.length) {
      throw new TreeFailure(Errno.ERANGE);
    } else {
      ByteBuffer body = answer.body(value.length, call);
      int start = body.position();
      body.put(value).limit(body.position()).position(start);
      answer.send(body);
    }
  }

  /** Lets go of what is still open when the file system is gone. */
  void closeAll() {
    files.all().forEach(OpenFile::close);
    folders.all().forEach(OpenFolder::close);
  }
}
