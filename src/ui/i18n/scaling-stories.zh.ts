import type { ScalingStories } from './scaling-stories.en.ts';

/** A quantity of milliseconds, in whole ones. */
function ms(value: string | number | undefined): string {
  const text = String(value ?? '');
  return text.endsWith('m') ? String(Math.round(Number(text.slice(0, -1)) / 1000)) : text;
}

export const scalingStoriesZh: ScalingStories = {
  responseTime: {
    title: '响应变慢',
    about: '自动伸缩器作出反应，又慢慢退回',
    chapters: {
      'responseTime.begin': { title: '一家小店', say: () => '三个空节点。很快有家店开张：每个 Pod 一次接待一位顾客，每位 120 毫秒。' },
      'responseTime.two': { title: '两个 Pod', say: (a) => `${a['replicas']} 个 Pod 已就绪。每秒六位顾客，轻松应付。` },
      'responseTime.autoscaler': { title: '自动伸缩器', say: () => '来了自动伸缩器：平均 200 毫秒，两到八个 Pod。指标服务器从此每 15 秒询问每个节点。' },
      'responseTime.measured': { title: '第一次读数', say: (a) => `节点、指标服务器、API、伸缩器：平均 ${ms(a['value'])} 毫秒。低于目标，而最少就是两个。` },
      'responseTime.late': { title: '人潮', say: (a) => `现在每秒二十位顾客，两个 Pod 接待不过来：这一位等了 ${a['milliseconds']} 毫秒。` },
      'responseTime.more': { title: '要更多', say: (a) => `按指标需要 ${a['wanted']} 个 Pod。但不能一步到位：15 秒内最多加四个或翻倍。${a['from']} 个变成 ${a['to']} 个。` },
      'responseTime.ready': { title: '人手多了', say: (a) => `${a['replicas']} 个 Pod 分担，队伍散去，应答又快了。` },
      'responseTime.held': { title: '为什么不减？', say: (a) => `现在不到 ${a['replicas']} 个就够了。但一分钟内还有更高的建议：先等等。` },
      'responseTime.fewer': { title: '慢慢退回', say: (a) => `一分钟内没有更高的建议：${a['from']} 个变成 ${a['to']} 个。短暂的安静不会让它白忙。` },
      'responseTime.home': { title: '又是两个', say: (a) => `又是 ${a['replicas']} 个 Pod，和人潮之前一样。谁也没动手。` },
    },
  },
};
