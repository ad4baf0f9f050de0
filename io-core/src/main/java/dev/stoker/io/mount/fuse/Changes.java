package dev.stoker.io.mount.fuse;

import dev.stoker.io.posix.Errno;
import org.jspecify.annotations.Nullable;

/** Carries out what changes a tree; EROFS where the tree is none that can be changed. */
final class Changes {
  private final @Nullable WritableTree tree;
  private final OpenHandles<OpenFile> files;

  Changes(FileTree tree, OpenHandles<OpenFile> files) {
    this.tree = tree instanceof WritableTree writable ? writable : null;
    this.files = files;
  }

  /** Carries a request out and sends its answer. */
  void perform(Request request, Call call, Answer answer) {
    WritableTree into = tree;
    if (into == null) {
      throw TreeFailure.READ_ONLY;
    }
    long node = request.node();
    switch (request.operation()) {
      case Request.Write write -> {
        int taken = files.get(write.handle()).write(call, write.offset(), write.data().duplicate());
        answer.head().putInt(taken).putInt(0);
        answer.send();
      }
      case Request.Create create -> create(into, node, create, call, answer);
      case Request.SetStatus set -> {
        StatusChange change = withFile(set);
        ReplyWriter.timedStatus(answer.head(), into.change(call, node, change));
        answer.send();
      }
      case Request.Sync sync -> {
        files.get(sync.handle()).sync(call, sync.dataOnly());
        answer.send();
      }
      case Request.Allocate allocate -> {
        files
            .get(allocate.handle())
            .allocate(call, allocate.mode(), allocate.offset(), allocate.lengthBytes());
        answer.send();
      }
      default -> names(into, request, call, answer);
    }
  }

  private static void names(WritableTree into, Request request, Call call, Answer answer) {
    long node = request.node();
    switch (request.operation()) {
      case Request.MakeFolder make ->
          entry(answer, into.makeFolder(call, node, make.name(), make.mode()));
      case Request.MakeNode make ->
          entry(answer, into.makeNode(call, node, make.name(), make.mode()));
      case Request.SymbolicLink link ->
          entry(answer, into.makeSymbolicLink(call, node, link.name(), link.target()));
      case Request.Link link -> entry(answer, into.makeLink(call, link.from(), node, link.name()));
      case Request.RemoveFile remove -> {
        into.removeFile(call, node, remove.name());
        answer.send();
      }
      case Request.RemoveFolder remove -> {
        into.removeFolder(call, node, remove.name());
        answer.send();
      }
      case Request.Rename to -> {
        into.rename(call, node, to.name(), to.toFolder(), to.toName(), to.flags());
        answer.send();
      }
      case Request.SetAttribute set -> {
        into.setAttribute(call, node, set.name(), set.value(), set.flags());
        answer.send();
      }
      case Request.RemoveAttribute remove -> {
        into.removeAttribute(call, node, remove.name());
        answer.send();
      }
      default -> answer.fail(Errno.ENOSYS.number());
    }
  }

  private void create(
      WritableTree into, long parent, Request.Create create, Call call, Answer answer) {
    WritableTree.Created made =
        into.create(call, parent, create.name(), create.flags(), create.mode());
    OpenFile file = made.file();
    long handle = files.add(file);
    ReplyWriter.entry(answer.head(), made.entry());
    ReplyWriter.opened(answer.head(), handle, file.openFlags(), file.backingId());
    if (!answer.send()) {
      files.remove(handle);
      file.close();
      into.forget(made.entry().node(), 1);
    }
  }

  private static void entry(Answer answer, NodeEntry entry) {
    ReplyWriter.entry(answer.head(), entry);
    answer.send();
  }

  private StatusChange withFile(Request.SetStatus set) {
    StatusChange change = set.change();
    Long handle = set.handle();
    return new StatusChange(
        change.mode(),
        change.uid(),
        change.gid(),
        change.lengthBytes(),
        change.accessedNanos(),
        change.modifiedNanos(),
        handle == null ? null : files.get(handle));
  }
}
