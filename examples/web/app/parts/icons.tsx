import type { ReactNode } from 'react'

/** A line drawing of 20 by 20, for beside words: screen readers skip it. */
function Icon({ children }: { readonly children: ReactNode }) {
  return (
    <svg className="icon" viewBox="0 0 20 20" aria-hidden="true">
      {children}
    </svg>
  )
}

export const CheckIcon = () => (
  <Icon>
    <path d="m4.5 10.5 3.5 3.5 7.5-8" />
  </Icon>
)

export const ClockIcon = () => (
  <Icon>
    <circle cx="10" cy="10" r="7" />
    <path d="M10 6v4l2.5 2" />
  </Icon>
)

export const SendIcon = () => (
  <Icon>
    <path d="M10 16V4m-5 5 5-5 5 5" />
  </Icon>
)

export const RetryIcon = () => (
  <Icon>
    <path d="M15.5 8A6 6 0 1 0 16 11.5M16 4v4h-4" />
  </Icon>
)

export const CrossIcon = () => (
  <Icon>
    <path d="m5.5 5.5 9 9m0-9-9 9" />
  </Icon>
)

export const KeyIcon = () => (
  <Icon>
    <circle cx="7" cy="13" r="3.5" />
    <path d="m9.5 10.5 6-6m-2.5 2.5 2 2" />
  </Icon>
)

export const PlusIcon = () => (
  <Icon>
    <path d="M10 4v12M4 10h12" />
  </Icon>
)

/** The boat, as on the app's icon. */
export function Boat({ className }: { readonly className: string }) {
  return (
    <svg className={className} viewBox="0 0 96 72" aria-hidden="true">
      <path className="boat-sail" d="M48 4 18 50h60z" />
      <path className="boat-shade" d="M48 4v46h30z" />
      <path className="boat-sail" d="M6 44h84L74 68H22z" />
      <path className="boat-shade" d="M48 44h42L74 68H48z" />
      <path className="boat-fold" d="M6 44h84L48 57z" />
    </svg>
  )
}
