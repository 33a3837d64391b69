import type { WorkloadStories } from './workload-stories.en.ts';

export const workloadStoriesZh: WorkloadStories = {
  ordered: {
    title: '一个接一个',
    about: 'StatefulSet：按顺序，名字不变',
    chapters: {
      'ordered.begin': { title: '三个空节点', say: () => '很快会来一个三副本的数据库：StatefulSet。' },
      'ordered.revision': { title: '存下一个修订', say: (a) => `模板存为 ${a['name']}：末尾是它的哈希，便于和下一个区分。` },
      'ordered.first': { title: '只有第一个', say: (a) => `只创建了 ${a['name']}。名字里是序号，不是随机字符。` },
      'ordered.waits': { title: '第二个在等', say: (a) => `${a['pod']} 还没就绪，其他的还不存在：按顺序就是一个接一个。` },
      'ordered.second': { title: '第二个', say: () => 'db-0 已就绪，db-1 可以来了：它能找到 db-0。' },
      'ordered.three': { title: '三个都就绪', say: (a) => `${a['replicas']} 个都就绪，各有自己的名字。很快有人删除 db-1。` },
      'ordered.marked': { title: 'db-1 被删除', say: (a) => `${a['name']} 有 ${a['seconds']} 秒停止。换成 ReplicaSet，此刻就会另建一个。` },
      'ordered.sameName': { title: '同一个名字', say: (a) => `旧的消失之后，${a['name']} 才重新出现：同名的绝不会有两个。` },
      'ordered.again': { title: '又是三个', say: () => '名字照旧。有申领的话，磁盘也照旧。' },
      'ordered.image': { title: '新镜像', say: (a) => `新模板，新修订：${a['name']}。哪个 Pod 先走？` },
      'ordered.highest': { title: '序号最大的先走', say: (a) => `${a['pod']}：更新从后往前，一次一个。常当主库的 db-0 最后。` },
      'ordered.done': { title: '全部更新', say: () => '三个都是新修订。旧修订留着，便于回退。' },
      'ordered.down': { title: '缩到一个', say: (a) => `只要 ${a['wanted']} 个。仍是序号最大的先走：${a['pod']}。` },
      'ordered.one': { title: '第一个已消失', say: (a) => `${a['name']} 已消失，这才轮到下一个。db-0 留下。` },
    },
  },
  batch: {
    title: '一批 Job',
    about: '小集群上的 Job：有失败的，也有每分钟一次的',
    chapters: {
      'batch.begin': { title: '小集群', say: () => '两个节点，各两个核。来了一个 Job：要跑六次，每次四个。' },
      'batch.pods': { title: '一次四个', say: (a) => `Job ${a['job']} 创建 ${a['wanted']} 个 Pod。它们本该结束：Deployment 会不停重启。` },
      'batch.full': { title: '没有位置', say: (a) => `${a['name']} 属于另一个 Job，要半个核，谁都没有：等待。` },
      'batch.first': { title: '第一个结束', say: (a) => `${a['name']} 以 0 退出：Succeeded。Pod 留着，日志还能看。` },
      'batch.room': { title: '有位置了', say: (a) => `核又空了：${a['name']} 去 ${a['node']}。` },
      'batch.noted': { title: '先记下再计数', say: (a) => `状态先记下 ${a['pods']} 个结束的 Pod，再摘终结器：不会重复计数。` },
      'batch.complete': { title: '第一个 Job 完成', say: (a) => `Job ${a['name']} 完成，没有东西再运行。接着来一个会失败的。` },
      'batch.failed': { title: '一个 Pod 失败', say: (a) => `${a['name']} 以 3 退出：Failed。会再试，但不是马上。` },
      'batch.backOff': { title: '退避', say: (a) => `下一次要等 ${a['seconds']} 秒：第一次失败后 10 秒，之后每次加倍。` },
      'batch.gaveUp': { title: '放弃', say: (a) => `Job ${a['name']} 失败（${a['reason']}）：backoffLimit 1 只许两次。` },
      'batch.due': { title: '到点', say: (a) => `整分：CronJob ${a['cronJob']} 创建 ${a['job']}。数字是 1970 年起的分钟。` },
      'batch.again': { title: '一分钟后', say: (a) => `CronJob 又创建一个 Job：${a['job']}。` },
      'batch.forgets': { title: '多了一个', say: (a) => `结束的 Job 只留 ${a['limit']} 个：${a['job']} 连同 Pod 删除。` },
      'batch.suspended': { title: '暂停', say: () => 'CronJob 还在，但不再创建 Job，直到有人恢复。' },
    },
  },
};
