package dev.stoker.agent.node;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A set of logical CPUs, by their number in the kernel. Immutable; prints as the kernel writes
 * lists, such as {@code 0-3,8} (cpuset(7), "List format").
 */
public final class CpuSet {
  public static final CpuSet EMPTY = new CpuSet(new BitSet());

  /** NR_CPUS of the largest kernels (arch/x86/Kconfig: MAXSMP), and as many again. */
  static final int MOST_CPUS = 16_384;

  private final BitSet bits;

  private CpuSet(BitSet bits) {
    this.bits = bits;
  }

  public static CpuSet of(int... cpus) {
    BitSet bits = new BitSet();
    for (int cpu : cpus) {
      bits.set(cpu);
    }
    return new CpuSet(bits);
  }

  public static CpuSet of(Collection<Integer> cpus) {
    return of(cpus.stream().mapToInt(Integer::intValue).toArray());
  }

  /**
   * Reads a Linux list; the empty text is the empty set.
   *
   * @throws IllegalArgumentException when {@code list} is none
   */
  public static CpuSet parse(String list) {
    BitSet bits = new BitSet();
    for (String part : list.strip().split(",", -1)) {
      if (part.isEmpty()) {
        continue;
      }
      int dash = part.indexOf('-');
      try {
        int first = Integer.parseInt(dash < 0 ? part : part.substring(0, dash));
        int last = dash < 0 ? first : Integer.parseInt(part.substring(dash + 1));
        if (first > last || last >= MOST_CPUS) {
          throw new NumberFormatException(part);
        }
        bits.set(first, last + 1);
      } catch (NumberFormatException e) {
        throw new IllegalArgumentException(
            "'" + list + "' is not a list of CPUs such as 0-3,8.", e);
      }
    }
    return new CpuSet(bits);
  }

  /**
   * Reads a mask as the kernel writes it: groups of up to eight hexadecimal digits, the highest
   * first, such as {@code 00000001,ffffffff}.
   *
   * @throws IllegalArgumentException when {@code mask} is none
   */
  public static CpuSet parseMask(String mask) {
    BitSet bits = new BitSet();
    String[] groups = mask.strip().split(",", -1);
    for (int i = 0; i < groups.length; i++) {
      String digits = groups[groups.length - 1 - i].strip();
      if (digits.startsWith("0x")) {
        digits = digits.substring(2);
      }
      // A group by itself may be longer than 32 bits; after it no other can follow.
      for (int d = 0; d < digits.length(); d++) {
        int value = Character.digit(digits.charAt(digits.length() - 1 - d), 16);
        if (value < 0 || 32 * i + 4 * d >= MOST_CPUS) {
          throw new IllegalArgumentException("'" + mask + "' is not a mask of CPUs such as ff,0f.");
        }
        for (int b = 0; b < 4; b++) {
          if ((value >> b & 1) == 1) {
            bits.set(32 * i + 4 * d + b);
          }
        }
      }
    }
    return new CpuSet(bits);
  }

  public int size() {
    return bits.cardinality();
  }

  public boolean isEmpty() {
    return bits.isEmpty();
  }

  public boolean containsAll(CpuSet other) {
    return other.without(this).isEmpty();
  }

  /** Whether it has a CPU; of no CPU, such as the {@link #first} of the empty set, false. */
  public boolean contains(int cpu) {
    return cpu >= 0 && bits.get(cpu);
  }

  /** The lowest; -1 for the empty set. */
  public int first() {
    return bits.nextSetBit(0);
  }

  /** In ascending order. */
  public IntStream stream() {
    return bits.stream();
  }

  /** In ascending order. */
  public List<Integer> toList() {
    return stream().boxed().toList();
  }

  public boolean intersects(CpuSet other) {
    return bits.intersects(other.bits);
  }

  public CpuSet and(CpuSet other) {
    BitSet both = copy();
    both.and(other.bits);
    return new CpuSet(both);
  }

  public CpuSet or(CpuSet other) {
    BitSet either = copy();
    either.or(other.bits);
    return new CpuSet(either);
  }

  public CpuSet without(CpuSet other) {
    BitSet rest = copy();
    rest.andNot(other.bits);
    return new CpuSet(rest);
  }

  private BitSet copy() {
    return (BitSet) bits.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof CpuSet set && bits.equals(set.bits);
  }

  @Override
  public int hashCode() {
    return bits.hashCode();
  }

  @Override
  public String toString() {
    List<String> parts = new ArrayList<>();
    for (int first = bits.nextSetBit(0); first >= 0; ) {
      int end = bits.nextClearBit(first);
      parts.add(end - first == 1 ? "" + first : first + "-" + (end - 1));
      first = bits.nextSetBit(end);
    }
    return String.join(",", parts);
  }
}
