/** Why claims and volumes are brought together, and why they stay. The codes are explained at the top of each controller's file. */

type Args = Readonly<Record<string, string | number>>;

export const volumesEn = {
  'volumebinder.gone': (a: Args) => `${a['name']} does not exist any more: there is nothing to do.`,
  'volumebinder.awaits': (a: Args) => `Its cache does not show yet what it wrote itself about ${a['name']}: it waits.`,
  'volumebinder.available': (a: Args) => `Volume ${a['name']} belongs to no claim: it is available.`,
  'volumebinder.reserves': (a: Args) => `Volume ${a['volume']} is the smallest free one that fits claim ${a['name']}: it is reserved for it.`,
  'volumebinder.boundVolume': (a: Args) => `Volume ${a['name']} has its claim: it is bound.`,
  'volumebinder.completes': (a: Args) => `Volume ${a['volume']} is reserved for claim ${a['name']}: the claim gets its name.`,
  'volumebinder.boundClaim': (a: Args) => `Claim ${a['name']} has volume ${a['volume']}: it is bound.`,
  'volumebinder.waits': (a: Args) => `Claim ${a['name']} has to wait: no volume may be bound to it yet.`,
  'volumebinder.provisioner': (a: Args) => `Claim ${a['name']} waits for ${a['provisioner']}, a provisioner outside of the cluster, to make a volume.`,
  'volumebinder.released': (a: Args) => `Claim ${a['claim']} is gone: volume ${a['name']} is released. Nobody else gets it, for there may still be data on it.`,
  'volumebinder.cannotDelete': (a: Args) => `Volume ${a['name']} is to be deleted with its claim.`,
  'volumebinder.lost': (a: Args) => `The volume of claim ${a['name']} is gone or belongs to another: the claim is lost.`,
  'volumebinder.unbinds': (a: Args) => `Claim ${a['claim']} has another volume by now: ${a['name']} is free again.`,
  'volumebinder.asDesired': (a: Args) => `${a['name']} is as it should be.`,
  'volumeprotection.idle': (a: Args) => `${a['name']} is not being deleted.`,
  'volumeprotection.inUse': (a: Args) => `${a['name']} is to be deleted, and is still in use: it stays.`,
  'volumeprotection.letsGo': (a: Args) => `Nobody uses ${a['name']} any more: it may go.`,
};

export type VolumeReasons = { readonly [K in keyof typeof volumesEn]: (args: Args) => string };
