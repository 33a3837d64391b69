import type { Simplified } from './simplified.en.ts';

/** 与英文条目相同，顺序相同。 */
export const simplifiedZh = [
  {
    id: 'etcd',
    upstream: '把 etcd 作为独立集群运行，成员之间用 Raft 达成一致。',
    orrery: '只保存一份写入日志，并给每次写入加上 etcd 所需的时间。',
    sothat: '读写总是一致的；无法展示 etcd 成员丢失。',
  },
  {
    id: 'watch',
    upstream: '通过保持打开的连接推送变更，安静时发送 bookmark。',
    orrery: '为每个观察者记住它在写入日志中的位置，每次写入后稍晚一点再前移。',
    sothat: '缓存会滞后，也会重新 list，与真实一致；线路上没有 bookmark。',
  },
  {
    id: 'certificates',
    upstream: '用证书和令牌认证，并由 RBAC 决定权限。',
    orrery: '让你和集群组件以真实身份做一切；令牌和冒充由 RBAC 裁决。',
    sothat: '谁写了什么是准确的；只有用 --as 或令牌时才会因权限不足被拒绝。',
  },
  {
    id: 'network',
    upstream: '通过网络发送消息，延迟随负载变化。',
    orrery: '从种子抽取每个延迟，从几百微秒到几毫秒。',
    sothat: '事件顺序可以重现；时间是典型值，并非在你的集群上测得。',
  },
  {
    id: 'cluster-start',
    upstream: '由安装程序搭建，自身组件以 Pod 形式运行在 kube-system 中。',
    orrery: '一开始节点就已就绪，这些组件运行在集群旁边。',
    sothat: '故事可以立刻开始；kube-system 中没有 Pod，也没有 DNS。',
  },
  {
    id: 'controllers',
    upstream: '大约有四十个控制器，从一开始就全部运行。',
    orrery: '一开始运行十二个；StatefulSet、Job、存储卷等的，在首个对象出现时醒来。',
    sothat: '用到的都有；其余的，例如云和证书的控制器，还没有。',
  },
  {
    id: 'kubelet',
    upstream: '在节点缺少内存、磁盘或进程号时驱逐 Pod。',
    orrery: '从不缺少资源：只计算 requests。',
    sothat: '无法展示压力驱逐；只有 stress 或 dd 占满内存时才有 OOMKilled。',
  },
  {
    id: 'containers',
    upstream: '运行容器中的程序。',
    orrery: '运行 shell 命令和常用程序，服务器用模型代替；未知程序一直运行到被停止。',
    sothat: '日志、退出码和探针由命令决定；其他程序的计算并不存在。',
  },
  {
    id: 'images',
    upstream: '从镜像仓库拉取镜像。',
    orrery: '知道常见镜像，其他镜像按名称生成；层以 50 MB/s 到达。',
    sothat: '拉取时间合理，共享的层只拉取一次。',
  },
  {
    id: 'proxy',
    upstream: '把 Service 的规则写入每个节点的内核；推荐 nftables，IPVS 已弃用。',
    orrery: '把同样的规则作为数据保存并据此转发，用课程讲授的 iptables 或 IPVS。',
    sothat: '滞后和负载均衡与真实一致；kube-proxy 崩溃期间，其节点不转发任何请求。',
  },
  {
    id: 'load-balancer',
    upstream: '为 LoadBalancer 类型的 Service 向云平台申请地址。',
    orrery: '没有云平台可以申请。',
    sothat: '地址一直是 <pending>，与裸集群相同；NodePort 可用。',
  },
  {
    id: 'traffic',
    upstream: '有各种客户端，通过 DNS 查找 Service，并保持连接。',
    orrery: '有一个匀速的客户端，它认识 Service，每个请求新建连接，最多等 1 秒。',
    sothat: '每个请求都有路径和结果；无法展示长连接和域名解析失败。',
  },
] as const satisfies Simplified;
