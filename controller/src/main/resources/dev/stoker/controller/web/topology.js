// What a machine is made of: sockets, NUMA nodes, shared caches, cores and GPUs, and which slot has what.

import { h } from "./dom.js";
import { bytes } from "./text.js";

/** "0-3,8" as a set of numbers. */
function cpus(list) {
  const all = new Set();
  for (const part of String(list).split(",").filter(Boolean)) {
    const [from, to = from] = part.split("-").map(Number);
    for (let cpu = from; cpu <= to && all.size < 5000; cpu++) all.add(cpu);
  }
  return all;
}

const within = (inner, outer) => [...inner].every((cpu) => outer.has(cpu));

export function topologyPicture(topology) {
  const slots = (topology.slots ?? []).map((slot, i) => ({ ...slot, number: i, set: cpus(slot.cpus) }));
  const nodes = topology.numaNodes?.length ? topology.numaNodes : [{ id: 0, cpus: topology.cpus?.online ?? "", memoryBytes: topology.memoryBytes }];
  const slotOf = (core) => slots.find((slot) => within(cpus(core.cpus), slot.set));
  const colour = (slot) => (slot ? `slot-${slot.number % 6}` : "slot-none");
  const core = (one) => {
    const slot = slotOf(one);
    return h(`i.core.${colour(slot)}`, { title: `CPUs ${one.cpus}${one.kind ? `, ${one.kind}` : ""}: ${slot ? slot.id : "in no slot"}` });
  };
  return h("div.topology", { role: "img", "aria-label": describe(topology, slots) },
    nodes.map((node) => {
      const set = cpus(node.cpus);
      const cores = (topology.cores ?? []).filter((one) => within(cpus(one.cpus), set));
      const caches = (topology.l3 ?? []).filter((cache) => within(cpus(cache.cpus), set));
      const groups = caches.length ? caches.map((cache) => [cache, cores.filter((one) => within(cpus(one.cpus), cpus(cache.cpus)))]) : [[null, cores]];
      const gpus = (topology.gpus ?? []).filter((gpu) => gpu.numaNode === node.id || (gpu.numaNode < 0 && node === nodes[0]));
      return h("div.numa", null,
        h("div.numa-name", null, `NUMA node ${node.id}`, h("span.quiet", null, ` ${bytes(node.memoryBytes)}, CPUs ${node.cpus}`)),
        h("div.l3s", null, groups.map(([cache, inside]) => h("div.l3", null, h("div.cores", null, inside.map(core)), cache ? h("small", null, `L3 ${bytes(cache.bytes)}`) : null))),
        gpus.map((gpu) => {
          const slot = slots.find((one) => (one.gpus ?? []).includes(gpu.uuid ?? gpu.pciAddress));
          return h(`div.gpu.${colour(slot)}`, null, h("b", null, gpu.name ?? gpu.vendor), h("span.quiet", null, ` ${gpu.pciAddress}, ${bytes(gpu.memoryBytes)}${slot ? `, ${slot.id}` : ""}`));
        }));
    }),
    h("p.legend", null, slots.slice(0, 12).map((slot) => h("span", null, h(`i.core.${colour(slot)}`), `${slot.id}: CPUs ${slot.cpus}`)), slots.length > 12 ? h("span", null, `and ${slots.length - 12} more`) : null));
}

function describe(topology, slots) {
  const packages = topology.packages?.length ?? 1;
  return `${packages} sockets, ${topology.numaNodes?.length ?? 1} NUMA nodes, ${topology.cores?.length ?? 0} cores, ${topology.gpus?.length ?? 0} GPUs; ${slots.map((slot) => `${slot.id} has CPUs ${slot.cpus}`).join("; ")}`;
}
