import type { VolumeReasons } from './volumes.en.ts';

export const volumesZh: VolumeReasons = {
  'volumebinder.gone': (a) => `${a['name']} 已不存在：无事可做。`,
  'volumebinder.awaits': (a) => `缓存里还看不到它自己对 ${a['name']} 的写入：先等待。`,
  'volumebinder.available': (a) => `卷 ${a['name']} 不属于任何申领：可用。`,
  'volumebinder.reserves': (a) => `卷 ${a['volume']} 是符合申领 ${a['name']} 的最小空闲卷：为它保留。`,
  'volumebinder.boundVolume': (a) => `卷 ${a['name']} 有了申领：已绑定。`,
  'volumebinder.completes': (a) => `卷 ${a['volume']} 为申领 ${a['name']} 保留：把卷名写进申领。`,
  'volumebinder.boundClaim': (a) => `申领 ${a['name']} 有了卷 ${a['volume']}：已绑定。`,
  'volumebinder.waits': (a) => `申领 ${a['name']} 需要等待：还没有卷可以绑定给它。`,
  'volumebinder.provisioner': (a) => `申领 ${a['name']} 等待集群外的 ${a['provisioner']} 制备卷。`,
  'volumebinder.released': (a) => `申领 ${a['claim']} 不在了：卷 ${a['name']} 被释放。上面可能还有数据，不给别人。`,
  'volumebinder.cannotDelete': (a) => `卷 ${a['name']} 应随申领一起删除。`,
  'volumebinder.lost': (a) => `申领 ${a['name']} 的卷不在了，或属于别人：申领丢失。`,
  'volumebinder.unbinds': (a) => `申领 ${a['claim']} 已有别的卷：${a['name']} 重新空闲。`,
  'volumebinder.asDesired': (a) => `${a['name']} 已经如愿。`,
  'volumeprotection.idle': (a) => `${a['name']} 没有在被删除。`,
  'volumeprotection.inUse': (a) => `${a['name']} 要被删除，但仍在使用：留下。`,
  'volumeprotection.letsGo': (a) => `${a['name']} 已无人使用：可以离开。`,
};
