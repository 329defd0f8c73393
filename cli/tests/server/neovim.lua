-- What a person does in Neovim: opens a file, looks at what is found, rests on a map, takes the first repair, saves.
-- Writes down what he sees, as JSON, to the file that TOPHASH_SEEN names.

local seen = {}

local function finish(problem)
  seen.problem = problem
  vim.fn.writefile({ vim.fn.json_encode(seen) }, vim.env.TOPHASH_SEEN)
  vim.cmd('qall!')
end

local function await(what, ready)
  if not vim.wait(30000, ready, 20) then
    finish('waited in vain for ' .. what)
  end
end

local function diagnostics()
  local found = {}
  for _, one in ipairs(vim.diagnostic.get(0)) do
    local text = vim.api.nvim_buf_get_lines(0, one.lnum, one.lnum + 1, true)[1]
    table.insert(found, {
      line = one.lnum + 1,
      code = one.user_data.lsp.code,
      text = text:sub(one.col + 1, one.end_col),
      severity = one.severity,
    })
  end
  return found
end

local function floating()
  for _, window in ipairs(vim.api.nvim_list_wins()) do
    if vim.api.nvim_win_get_config(window).relative ~= '' then
      return window
    end
  end
end

vim.cmd('edit t.go')
local client = (vim.lsp.start or vim.lsp.start_client)({
  name = 'tophash',
  cmd = { vim.env.TOPHASH_PROGRAM, 'server' },
  root_dir = vim.fn.getcwd(),
})
vim.lsp.buf_attach_client(0, client)

await('findings', function() return #vim.diagnostic.get(0) > 0 end)
seen.before = diagnostics()

-- On the map, which stands after what takes more bytes than units.
local first = seen.before[1].line
local line = vim.api.nvim_buf_get_lines(0, first - 1, first, true)[1]
vim.api.nvim_win_set_cursor(0, { first, line:find('c.m', 1, true) + 1 })
vim.lsp.buf.hover()
await('the hover', floating)
local window = floating()
seen.hover = table.concat(vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(window), 0, -1, true), '\n')
vim.api.nvim_win_close(window, true)

local applied = false
vim.ui.select = function(actions, _, choose)
  -- As later versions hand them over, and as earlier ones do.
  seen.actions = vim.tbl_map(function(action) return (action.action or action[2]).title end, actions)
  choose(actions[1], 1)
  applied = true
end
vim.lsp.buf.code_action()
await('the actions', function() return applied end)
await('fewer findings', function() return #vim.diagnostic.get(0) < #seen.before end)
seen.after = diagnostics()
vim.cmd('write')
seen.text = table.concat(vim.fn.readfile('t.go'), '\n')

vim.lsp.stop_client(client)
await('the end of the server', function() return vim.lsp.get_client_by_id(client) == nil end)
finish(nil)
