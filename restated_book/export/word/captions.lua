-- The number of a figure or table, "Figure 1.", as a field: Word counts again when one is added or moved.
function Span(span)
  if span.attributes["custom-style"] ~= "Counted" then return nil end
  local word, number = pandoc.utils.stringify(span):match("^(%a+) (%d+)")
  if not word then return nil end
  local field = '<w:fldSimple w:instr=" SEQ ' .. word .. ' \\* ARABIC "><w:r><w:rPr><w:rStyle w:val="Counted"/></w:rPr><w:t>' .. number .. "</w:t></w:r></w:fldSimple>"
  span.content = { pandoc.Str(word), pandoc.Space(), pandoc.RawInline("openxml", field), pandoc.Str(".") }
  return span
end

-- The lines of a paragraph in a table are kept together, as the style of compact text says, so that no sheet cuts a row.
-- A table has no margin in Word: without a line of its own the next text touches it.
function Table(table)
  local compact = table:walk { Para = function(words) return pandoc.Plain(words.content) end }
  return { compact, pandoc.RawBlock("openxml", '<w:p><w:pPr><w:pStyle w:val="TableSpace"/></w:pPr></w:p>') }
end

-- An anchor alone would be an empty line, and part two headings at the foot of a sheet: it becomes part of the text next to it.
local function anchors(block)
  if block.t ~= "Para" and block.t ~= "Plain" then return false end
  return pandoc.utils.stringify(block) == "" and block.content:find_if(function(part) return part.t == "Image" end) == nil
end
local function takes(block)
  return block ~= nil and (block.t == "Header" or block.t == "Para")
end
function Blocks(blocks)
  for at = #blocks, 1, -1 do
    local before, after = blocks[at - 1], blocks[at + 1]
    if anchors(blocks[at]) and takes(after) then
      after.content = blocks[at].content .. after.content
      blocks:remove(at)
    elseif anchors(blocks[at]) and takes(before) then
      before.content = before.content .. blocks[at].content
      blocks:remove(at)
    end
  end
  return blocks
end
