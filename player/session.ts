import { createContext, useContext } from 'react';
import type { Role, Session } from '../api/contract/session.ts';

/** Who is logged in; the shell is only shown with a session, so pages may rely on it. */
export const SessionContext = createContext<Session | null>(null);

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new TypeError('useSession needs a page inside of the session');
  return session;
}

/** Puts an answer of the server about the own session in its place. */
export const SetSessionContext = createContext<(session: Session) => void>(() => undefined);
export const useSetSession = (): ((session: Session) => void) => useContext(SetSessionContext);

const DECIDERS: readonly Role[] = ['officer', 'supervisor', 'ranger', 'operator', 'admin'];
const PROCEEDERS: readonly Role[] = ['officer', 'supervisor', 'admin'];
const AUDITORS: readonly Role[] = ['auditor', 'supervisor', 'admin'];

/** What the server asks for before it answers anything else: an own password, or the second step of the role. */
export const mustSetUpAccount = ({ mustChangePassword, secondFactor }: Session): boolean =>
  mustChangePassword || secondFactor === 'required';

/** What the pages offer. The server decides again; this only spares people buttons that would be refused. */
export const canSeeCases = (role: Role): boolean => role !== 'viewer';
export const canDecide = (role: Role): boolean => DECIDERS.includes(role);
/** A camera that turns: those who watch it. */
export const canTurn = (role: Role): boolean => canFeed(role) || role === 'supervisor';
/** Wind and stills of towers. */
export const canFeed = (role: Role): boolean => role === 'operator' || role === 'ranger' || role === 'admin';
/** The procedure of fining is the police's. */
export const canProceed = (role: Role): boolean => PROCEEDERS.includes(role);
/** Where people drive: asked for with a reason, by the police. */
export const canSearchPlates = (role: Role): boolean => PROCEEDERS.includes(role);
/** Lifting a legal hold lets evidence go: not for whoever set it alone to say. */
export const canLiftHold = (role: Role): boolean => role === 'supervisor' || role === 'admin';
/** Giving a case to somebody else; taking one oneself is for all who decide. */
export const canAssign = (role: Role): boolean => role === 'supervisor' || role === 'admin';
/** A case that nobody was sure of goes to them. */
export const canReopen = canAssign;
export const canKeepWatchLists = (role: Role): boolean => role === 'supervisor' || role === 'admin';
export const canAudit = (role: Role): boolean => AUDITORS.includes(role);
export const canAdminister = (role: Role): boolean => role === 'admin';
