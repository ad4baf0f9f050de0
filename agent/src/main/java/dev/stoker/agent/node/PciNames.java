package dev.stoker.agent.node;

import dev.stoker.agent.node.Gpu.Vendor;
import java.util.Map;
import java.util.Optional;

/**
 * Names of the GPUs that Azure lends, for machines whose driver is not loaded; numbers and names as
 * in the PCI ID Project's list (https://pci-ids.ucw.cz).
 */
final class PciNames {
  private static final Map<Integer, String> NVIDIA =
      Map.ofEntries(
          Map.entry(0x102d, "Tesla K80"),
          Map.entry(0x13f2, "Tesla M60"),
          Map.entry(0x15f8, "Tesla P100-PCIE-16GB"),
          Map.entry(0x1b38, "Tesla P40"),
          Map.entry(0x1db4, "Tesla V100-PCIE-16GB"),
          Map.entry(0x1db5, "Tesla V100-SXM2-32GB"),
          Map.entry(0x1eb8, "Tesla T4"),
          Map.entry(0x20b0, "A100-SXM4-40GB"),
          Map.entry(0x20b2, "A100-SXM4-80GB"),
          Map.entry(0x20b5, "A100-PCIE-80GB"),
          Map.entry(0x2236, "A10"),
          Map.entry(0x2321, "H100 NVL"),
          Map.entry(0x2330, "H100 SXM5 80GB"),
          Map.entry(0x2335, "H200 SXM 141GB"));

  private static final Map<Integer, String> AMD =
      Map.of(
          0x6860, "Instinct MI25",
          0x686c, "Instinct MI25 MxGPU",
          0x7362, "Radeon Pro V520",
          0x7461, "Radeon Pro V710 MxGPU",
          0x74a1, "Instinct MI300X",
          0x74b5, "Instinct MI300X VF");

  private PciNames() {}

  static Optional<String> of(Vendor vendor, int device) {
    return switch (vendor) {
      case NVIDIA -> Optional.ofNullable(NVIDIA.get(device)).map(name -> "NVIDIA " + name);
      case AMD -> Optional.ofNullable(AMD.get(device)).map(name -> "AMD " + name);
      case INTEL, UNKNOWN -> Optional.empty();
    };
  }
}
