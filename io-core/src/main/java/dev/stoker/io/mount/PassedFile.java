package dev.stoker.io.mount;

import dev.stoker.io.mount.fuse.Call;
import dev.stoker.io.mount.fuse.OpenFile;
import java.nio.ByteBuffer;

/** An open file that the kernel reads itself; what it still asks us is answered as usual. */
final class PassedFile implements OpenFile {
  private final AssetFile file;
  private final int backingId;

  PassedFile(AssetFile file, int backingId) {
    this.file = file;
    this.backingId = backingId;
  }

  /** KEEP_CACHE is refused beside it: the pages are the backing file's. */
  @Override
  public int openFlags() {
    return PASSTHROUGH | NO_FLUSH;
  }

  @Override
  public int backingId() {
    return backingId;
  }

  @Override
  public void read(Call call, long offset, ByteBuffer into) {
    file.read(call, offset, into);
  }

  @Override
  public void close() {
    file.close();
  }
}
