/**
 * What the routes of groups promise.
 */
import { z } from 'zod'
import { groupShape } from '@iris/common/domain/group'
import { json, nothing, type ResourceContract } from './contract.js'

const example = { groupName: 'demo' }

export const groupContract: ResourceContract = {
  tag: 'Groups',
  description: 'A group holds topics: usually one a team or a service.',
  routes: {
    'GET /groups': {
      summary: 'Lists the names of all groups',
      right: 'reader',
      isForEachCaller: true,
      answers: { 200: json(z.array(z.string()), ['demo']) },
    },
    'POST /groups': {
      summary: 'Creates a group',
      description: 'Who is no admin may, where `management.group.nonAdminCreationEnabled` says so.',
      right: 'owner',
      body: { schema: groupShape, example, required: ['groupName'] },
      answers: { 201: nothing },
      errors: ['GROUP_NAME_IS_INVALID', 'GROUP_ALREADY_EXISTS', 'PERMISSION_DENIED'],
    },
    'GET /groups/:group': {
      summary: 'Shows a group',
      right: 'reader',
      answers: { 200: json(groupShape, example) },
    },
    'PUT /groups/:group': {
      summary: 'Writes a group again',
      description: 'A group has nothing but its name, and cannot be renamed.',
      right: 'admin',
      body: { schema: groupShape, example },
      answers: { 204: nothing },
      errors: ['OTHER 400'],
    },
    'DELETE /groups/:group': {
      summary: 'Removes a group that has no topics',
      right: 'owner',
      answers: { 200: nothing },
      errors: ['GROUP_NOT_EMPTY', 'OTHER 404'],
    },
  },
}
