/** Why kinds are added to the API, and how they go. The codes are explained at the top of the controller's file. */

type Args = Readonly<Record<string, string | number>>;

export const extensionsEn = {
  'definition.nothing': (a: Args) => `The definition ${a['definition']} is gone, or as it should be: there is nothing to do.`,
  'definition.names': (a: Args) => `The definition ${a['definition']} asks for names: they are given if nobody else in its group has them.`,
  'definition.established': (a: Args) => `The names of ${a['definition']} are accepted: from now on there are objects of kind ${a['kind']}.`,
  'definition.emptying': (a: Args) => `The definition ${a['definition']} is being deleted: first all objects of kind ${a['kind']} go.`,
  'definition.waiting': (a: Args) => `Objects of kind ${a['kind']} are still there: ${a['definition']} waits for them.`,
  'definition.emptied': (a: Args) => `No object of kind ${a['kind']} is left: ${a['definition']} may go.`,
};
export type ExtensionReasons = { readonly [code in keyof typeof extensionsEn]: (a: Args) => string };
