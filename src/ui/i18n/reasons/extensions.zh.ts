import type { ExtensionReasons } from './extensions.en.ts';

export const extensionsZh: ExtensionReasons = {
  'definition.nothing': (a) => `定义 ${a['definition']} 已不存在，或已符合要求：无事可做。`,
  'definition.names': (a) => `定义 ${a['definition']} 申请名称：同组中没有别人占用就给它。`,
  'definition.established': (a) => `${a['definition']} 的名称已被接受：从现在起可以有 ${a['kind']} 类型的对象。`,
  'definition.emptying': (a) => `定义 ${a['definition']} 正在删除：先删除所有 ${a['kind']} 类型的对象。`,
  'definition.waiting': (a) => `仍有 ${a['kind']} 类型的对象：${a['definition']} 等待它们消失。`,
  'definition.emptied': (a) => `${a['kind']} 类型的对象已全部消失：${a['definition']} 可以删除了。`,
};
