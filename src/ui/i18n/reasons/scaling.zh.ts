import type { ScalingReasons } from './scaling.en.ts';

export const scalingZh: ScalingReasons = {
  'hpa.gone': (a) => `自动伸缩器 ${a['autoscaler']} 已不存在：无事可做。`,
  'hpa.asksScale': (a) => `每 15 秒 ${a['autoscaler']} 看一次：${a['target']} 现在有几个副本？`,
  'hpa.asksMetrics': (a) => `${a['target']} 有 ${a['replicas']} 个副本。${a['autoscaler']} 查询其 Pod 的 ${a['metrics']} 项指标。`,
  'hpa.noTarget': (a) => `${a['autoscaler']} 找不到可以伸缩的对象：${a['error']}。`,
  'hpa.noMetrics': (a) => `没有指标，${a['autoscaler']} 什么都不改：${a['error']}。`,
  'hpa.rescales': (a) => `按指标 ${a['target']} 需要 ${a['wanted']} 个副本；经过窗口、策略和上下限，从 ${a['from']} 个改为 ${a['to']} 个（${a['why'] === '' ? '较早的建议仍然有效' : a['why']}）。`,
  'hpa.beyondBounds': (a) => `${a['target']} 有 ${a['from']} 个副本，超出 ${a['autoscaler']} 允许的范围：不看指标，改为 ${a['to']} 个。`,
  'hpa.disabled': (a) => `${a['target']} 的副本数为零：${a['autoscaler']} 不管它。`,
  'hpa.stays': (a) => `按指标 ${a['target']} 需要 ${a['wanted']} 个副本；仍保持 ${a['replicas']} 个（${a['able']}，${a['limited']}）。`,
  'hpa.rescaled': (a) => `${a['target']} 已从 ${a['from']} 个副本改为 ${a['to']} 个：${a['autoscaler']} 的状态记下了这一点。`,
  'hpa.refused': (a) => `${a['target']} 无法改为 ${a['to']} 个副本：${a['error']}。`,

  'metrics.scrapes': (a) => `指标服务器每 15 秒向 ${a['node']} 询问它的容器用了多少资源。`,

  'resourcequota.gone': (a) => `配额 ${a['quota']} 已不存在：无事可做。`,
  'resourcequota.begins': (a) => `配额 ${a['quota']} 是新的，或限额变了：统计现有用量，${a['used']}。`,
  'resourcequota.counts': (a) => `配额 ${a['quota']} 统计的对象有增减：现在是 ${a['used']}。`,
  'resourcequota.right': (a) => `配额 ${a['quota']} 与现有用量一致：${a['used']}。`,
};
