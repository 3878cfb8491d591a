import { useState } from 'react';

export function Login({ onSubmit }) {
  const [password, setPassword] = useState('');
  return (
    <form onSubmit={onSubmit}>
      <input name="user" autoComplete="username" />
      <input type="password" value={password} onChange={(event) => setPassword(event.target.value)} />
      <button>Sign in</button>
    </form>
  );
}
