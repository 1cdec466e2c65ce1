import { statechartSvg } from '../statechart.ts'

const style = /<style>([^]*?)<\/style>/

/** The statechart and its styles, apart: a page that allows no styles within its markup takes them in a sheet. */
export const drawing: { readonly svg: string; readonly styles: string } = {
  svg: statechartSvg.replace(style, ''),
  styles: style.exec(statechartSvg)?.[1] ?? '',
}
