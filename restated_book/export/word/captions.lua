-- The number of a figure or table, "Figure 1.", as a field: Word counts again when one is added or moved.
function Span(span)
  if span.attributes["custom-style"] ~= "Counted" then return nil end
  local word, number = pandoc.utils.stringify(span):match("^(%a+) (%d+)")
  if not word then return nil end
  local field = '<w:fldSimple w:instr=" SEQ ' .. word .. ' \\* ARABIC "><w:r><w:rPr><w:rStyle w:val="Counted"/></w:rPr><w:t>' .. number .. "</w:t></w:r></w:fldSimple>"
  span.content = { pandoc.Str(word), pandoc.Space(), pandoc.RawInline("openxml", field), pandoc.Str(".") }
  return span
end
