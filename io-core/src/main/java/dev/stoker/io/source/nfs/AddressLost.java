package dev.stoker.io.source.nfs;

import dev.stoker.io.asset.IoFailure;

/** An address did not answer; another one, or the same later, may. Never leaves this package. */
final class AddressLost extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final transient IoFailure.Unavailable failure;

  AddressLost(IoFailure.Unavailable failure) {
    super(failure);
    this.failure = failure;
  }

  IoFailure.Unavailable failure() {
    return failure;
  }
}
