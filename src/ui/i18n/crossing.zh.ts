import type { CrossingMessages } from './crossing.en.ts';

const n = (count: number): string => count.toLocaleString('en');

export const crossingZh: CrossingMessages = {
  why: {
    owned: '由控制器根据其属主重新创建。',
    system: '每个集群都有自己的一份。',
    cluster: '由集群写入，描述它自身。',
    generated: '由集群自动生成。',
    kind: '这里没有这种类型：转储中没有它的定义。',
  },
  more: (count) => `另有 ${n(count)} 个`,
  limits: {
    'limit.dump': (a) => `内容有 ${a['megabytes']} MB；Orrery 一次最多读取 ${a['most']} MB。这是 Orrery 自己的限制。可按命名空间分开：kubectl get all -n NAME -o yaml。`,
    'limit.depth': (a) => `嵌套超过 ${a['most']} 层：没有哪个 Kubernetes 对象如此之深，Orrery 不再往下读。`,
    'limit.values': () => '文本中的别名会展开成数百万个值，此后的内容不再读取。',
  },

  into: {
    title: '从另一个集群导入',
    lead: '在那里期望的一切，在这里的一个空集群中重新开始。数据不会离开本页面。',
    label: 'YAML 或 JSON',
    how: '粘贴、拖入文件或打开文件，最多 20 MB。',
    get: 'kubectl get all,cm,secret,pvc,ing,hpa,nodes -A -o yaml',
    file: '打开文件',
    holds: (megabytes) => `${megabytes} MB，不在此显示，以保持页面流畅`,
    pasted: '粘贴的文本',
    remove: '移除',
    notText: '这个文件不是文本。',
    reading: '正在读取，并询问一个空集群能接受什么……',
    nothing: '尚未读取任何内容。',
    empty: '其中没有对象。',
    taken: (count) => `接受：${n(count)} 个对象`,
    left: (count) => `留下：${n(count)} 个对象`,
    problems: (count) => `${n(count)} 个问题：这些对象将会缺失`,
    atLine: (line) => `第 ${n(line)} 行`,
    unreadable: '无法读取',
    cluster: ({ nodes, nodesInDump }) => (nodesInDump === 0 ? '转储中没有节点：集群将有三个节点。' : `${n(nodes)} 个节点（node-1 至 node-${nodes}），每个 4 核、8 GiB${nodesInDump > nodes ? `；转储中有 ${n(nodesInDump)} 个，超出 Orrery 的容量` : '，不论原来的名称和大小'}。`),
    link: ({ link: { characters, fits } }) =>
      fits === 'everywhere' ? `指向此起点的链接有 ${n(characters)} 个字符：可在任何地方分享。` : fits === 'browsers' ? `指向此起点的链接有 ${n(characters)} 个字符：浏览器能打开，部分邮件和聊天程序会截断。` : `此起点对链接来说太大（${n(characters)} 个字符）：无法分享，关闭页面后即消失。请保留原文件。`,
    open: (nodes) => `在 ${n(nodes)} 个节点的空集群中打开`,
    cancel: '取消',
    close: '关闭',
  },

  out: {
    title: '导出到真实集群',
    lead: '走出一个浏览器标签页：在这里搭建的，可以在别处继续。',
    as: '形式',
    options: {
      manifests: ['清单', '当前状态，用于 kubectl apply'],
      kind: ['kind 脚本', '整个故事，使用真实容器'],
      kwok: ['KWOK 脚本', '整个故事，可有数千个节点'],
    },
    text: '文本',
    objects: (count, left) => `${n(count)} 个对象${left === 0 ? '' : `；留下 ${n(left)} 个，因为另一个集群会自己生成`}。`,
    commands: (count) => (count === 0 ? '只有集群：尚未做任何操作。' : `${n(count)} 条命令，按故事的节奏。`),
    none: '# 这里没有任何人期望的对象。',
    shown: (lines, of) => `显示前 ${n(lines)} 行，共 ${n(of)} 行；文件中是全部。`,
    copy: '复制',
    copied: '已复制',
    cannotCopy: '请选中文本并手动复制。',
    download: '下载',
    use: { manifests: 'kubectl apply -f orrery.yaml', kind: 'bash orrery-kind.sh', kwok: 'bash orrery-kwok.sh' },
    left: '留下的对象',
    making: '正在写出……',
    close: '关闭',
  },
};
