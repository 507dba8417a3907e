import { NEVER } from 'rxjs';
import { peerUrl } from '../peers.mjs';

const size = 4;
const resource = { create: async () => ({}), destroy: async () => undefined, validate: () => true };

/** @typedef {() => Promise<() => unknown>} Lender takes one resource; what it resolves with gives it back */

/** Pools of objects, every one with the options that make it keep the same four. @type {Record<string, () => Promise<Lender>>} */
export const lenders = {
  async subwire() {
    const { createPool } = await import('@subwire/pool');
    const pool = createPool({ create: resource.create, destroy: resource.destroy, lost$: () => NEVER }, { size, maxWaiters: 1e6 });
    await pool.warm();
    return async () => {
      const lease = await pool.acquire();
      return () => lease.release();
    };
  },
  async 'generic-pool'() {
    const { default: genericPool } = await import(peerUrl('generic-pool'));
    const pool = genericPool.createPool(resource, { min: size, max: size });
    await pool.ready();
    return async () => {
      const lent = await pool.acquire();
      return () => pool.release(lent);
    };
  },
  async tarn() {
    const { Pool } = await import(peerUrl('tarn'));
    const pool = new Pool({ ...resource, min: size, max: size });
    return async () => {
      const lent = await pool.acquire().promise;
      return () => pool.release(lent);
    };
  },
  async 'sequelize-pool'() {
    const { Pool } = await import(peerUrl('sequelize-pool'));
    const pool = new Pool({ ...resource, min: size, max: size, maxUses: Infinity });
    return async () => {
      const lent = await pool.acquire();
      return () => pool.release(lent);
    };
  },
};
