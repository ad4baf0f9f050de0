package dev.stoker.io.source.nfs;

import dev.stoker.io.asset.IoFailure;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The addresses that an authority stands for: names, addresses, and ranges of addresses. */
final class HostList {
  /** The largest Avere cluster has 24 nodes; each may have several addresses. */
  private static final int MAX_ADDRESSES = 256;

  private HostList() {}

  /**
   * Looks names up; blocks for as long as the resolver likes.
   *
   * @throws IoFailure.Unavailable when no part of it has an address
   * @throws IoFailure.Invalid when a range is none
   */
  static List<InetAddress> resolve(String authority) {
    Set<InetAddress> found = new LinkedHashSet<>();
    UnknownHostException unknown = null;
    for (String part : authority.split(",", -1)) {
      String host = part.startsWith("[") ? part.substring(1, part.length() - 1) : part;
      if (isRange(host)) {
        found.addAll(range(authority, host));
      } else if (!host.isEmpty()) {
        try {
          found.addAll(List.of(InetAddress.getAllByName(host)));
        } catch (UnknownHostException e) {
          unknown = e;
        }
      }
    }
    if (found.isEmpty()) {
      throw new IoFailure.Unavailable(
          "Cannot reach '"
              + authority
              + "': no address is known for it; check the name and this machine's DNS.",
          unknown);
    }
    return List.copyOf(found).subList(0, Math.min(MAX_ADDRESSES, found.size()));
  }

  private static boolean isRange(String host) {
    return host.matches("[0-9.]+-[0-9.]+");
  }

  private static List<InetAddress> range(String authority, String range) {
    int dash = range.indexOf('-');
    try {
      long first = number(range.substring(0, dash));
      long last = number(range.substring(dash + 1));
      if (last < first || last - first >= MAX_ADDRESSES) {
        throw new IllegalArgumentException();
      }
      List<InetAddress> addresses = new ArrayList<>();
      for (long each = first; each <= last; each++) {
        addresses.add(
            InetAddress.getByAddress(
                new byte[] {
                  (byte) (each >> 24), (byte) (each >> 16), (byte) (each >> 8), (byte) each
                }));
      }
      return addresses;
    } catch (IllegalArgumentException | UnknownHostException e) {
      throw new IoFailure.Invalid(
          "'"
              + range
              + "' in '"
              + authority
              + "' is no range of addresses; write it as 10.0.0.10-10.0.0.21, at most "
              + MAX_ADDRESSES
              + " of them.");
    }
  }

  /** As a number, of four parts: shorter forms are allowed elsewhere, and nobody means them. */
  private static long number(String address) {
    if (address.split("\\.", -1).length != 4) {
      throw new IllegalArgumentException();
    }
    long number = 0;
    for (byte b : InetAddress.ofLiteral(address).getAddress()) {
      number = (number << 8) | (b & 0xff);
    }
    return number;
  }
}
